import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, CommanderError } from 'commander';
import type { Input, Output, Surroundings } from '../commands/surroundings.ts';
import { exitCodeOf, exitCodes, printError } from '../terminal/printError.ts';
import { usageError } from '../terminal/usageError.ts';
import { createProgram } from './createProgram.ts';

/** The world the command line is typed in. */
export interface World {
  environment: NodeJS.ProcessEnv;
  workingFolder: string;
  stdin?: Input | undefined;
  stdout: Output;
  stderr: Output;
}

/** Runs what was typed, prints what comes of it, and answers the exit code. Never throws. */
export async function runCommandLine(words: readonly string[], world: World): Promise<number> {
  let program: Command | undefined;
  const option = (name: string): string | undefined => program?.opts()[name];
  const { environment, workingFolder, stdin, stdout, stderr } = world;
  const userFolder = () =>
    resolve(workingFolder, option('home') ?? environment['KOINON_HOME'] ?? join(homedir(), '.koinon'));
  const surroundings: Surroundings = {
    get home() {
      return resolve(workingFolder, option('home') ?? environment['KOINON_HOME'] ?? '.koinon');
    },
    get keysFolder() {
      return join(userFolder(), 'keys');
    },
    get nodeFolder() {
      return join(userFolder(), 'node');
    },
    get json() {
      return program?.opts()['json'] === true || (program === undefined && words.includes('--json'));
    },
    get node() {
      return option('node');
    },
    get as() {
      return option('as');
    },
    environment,
    stdin,
    stdout,
    stderr,
  };
  try {
    program = createProgram(surroundings);
    await program.parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      // "koinon data" alone: its help has been printed, as for any other incomplete command.
      if (error.code === 'commander.help') return exitCodes.usage;
      printError(asUsageError(error, program!, words), surroundings);
      return exitCodes.usage;
    }
    printError(error, surroundings);
    return exitCodeOf(error);
  }
}

/** Commander's complaint in our words, with its suggestion as what to type next. */
function asUsageError(error: CommanderError, program: Command, words: readonly string[]): Error {
  const [complaint = '', hint = ''] = error.message.replace(/^error: /, '').split('\n');
  const sentence = `${complaint.charAt(0).toUpperCase()}${complaint.slice(1)}${/[.?!]$/.test(complaint) ? '' : '.'}`;
  const meant = /Did you mean (?:one of )?(.+?)\?/.exec(hint)?.[1];
  const help = `"${commandOf(program, words)} --help" says how.`;
  return usageError(sentence, meant === undefined ? help : `Did you mean ${meant}? ${help}`);
}

/** The deepest command that the words name, as one types it. */
function commandOf(program: Command, words: readonly string[]): string {
  let command = program;
  const path = [program.name()];
  for (const word of words) {
    const next = command.commands.find(candidate => candidate.name() === word);
    if (!next) continue;
    command = next;
    path.push(word);
  }
  return path.join(' ');
}
