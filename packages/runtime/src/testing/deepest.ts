import { EXIT, MAX_CALL_DEPTH } from '../profile.ts';
import { execute } from './execute.ts';
import { modulesFromInput } from './modulesFromInput.ts';

/**
 * Runs the modules on standard input, which nest calls until the depth is used up. Prints "deep enough" if the engine's
 * stack held every time. Run as a program, with flags of the engine.
 */
for (const [index, module] of modulesFromInput().entries()) {
  const { exitCode } = await execute(module, { callDepth: MAX_CALL_DEPTH });
  if (exitCode !== EXIT.CALL_DEPTH) throw new Error(`exit code ${exitCode} of module ${index}`);
}
console.log('deep enough');
