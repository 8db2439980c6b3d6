import { runCommandLine } from './program/runCommandLine.ts';

const code = await runCommandLine(process.argv.slice(2), {
  environment: process.env,
  workingFolder: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
// A command may have set a code of its own, a failed check for one.
if (code !== 0) process.exitCode = code;
