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

/** Commander's complaint in our words, with its suggestion and how the command is used as what to type next. */
function asUsageError(error: CommanderError, program: Command, words: readonly string[]): Error {
  const [complaint = '', hint = ''] = error.message.replace(/^error: /, '').split('\n');
  const sentence = `${complaint.charAt(0).toUpperCase()}${complaint.slice(1)}${/[.?!]$/.test(complaint) ? '' : '.'}`;
  const meant = /Did you mean (?:one of )?(.+?)\?/.exec(hint)?.[1];
  const command = commandOf(program, words);
  const usage = `Usage: ${pathOf(command)} ${command.usage()}; "${pathOf(command)} --help" says more.`;
  return usageError(sentence, meant === undefined ? usage : `Did you mean ${meant}? ${usage}`);
}

/** The deepest command that the words name. */
function commandOf(program: Command, words: readonly string[]): Command {
  return words.reduce(
    (command, word) => command.commands.find(candidate => candidate.name() === word) ?? command,
    program,
  );
}

/** A command as one types it. */
function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}
