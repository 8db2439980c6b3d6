import type { Input, Output } from '../commands/surroundings.ts';
import { runCommandLine } from '../program/runCommandLine.ts';

export interface Typed {
  code: number;
  stdout: string;
  stderr: string;
  /** Standard output as JSON. */
  json(): unknown;
}

export interface TypedWorld {
  workingFolder: string;
  environment?: NodeJS.ProcessEnv;
  stdin?: Input;
  isTTY?: boolean;
}

/** What a person sees who types these words. */
export async function type(words: readonly string[], world: TypedWorld): Promise<Typed> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written): Output => ({
    isTTY: world.isTTY === true,
    write: text => {
      written[name] += text;
    },
  });
  const code = await runCommandLine(words, {
    environment: world.environment ?? {},
    workingFolder: world.workingFolder,
    stdin: world.stdin,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
  });
  return { code, ...written, json: () => JSON.parse(written.stdout) };
}
