import { Command } from 'commander';
import { addData } from '../commands/data.ts';
import { addDeploy } from '../commands/deploy.ts';
import { addDev } from '../commands/dev.ts';
import { addDisputes } from '../commands/disputes.ts';
import { addJobs } from '../commands/jobs.ts';
import { addKeys } from '../commands/keys.ts';
import { addModels } from '../commands/models.ts';
import { addNode } from '../commands/node.ts';
import { addPredict } from '../commands/predict.ts';
import { addRun } from '../commands/run.ts';
import { addStart } from '../commands/start.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { addTrain } from '../commands/train.ts';
import { addVerify } from '../commands/verify.ts';
import { VERSION } from '../version.ts';

/**
 * The tree of commands. Only words are loaded here; what a command does is imported when it runs, so that help and
 * mistakes are answered at once.
 */
export function createProgram(surroundings: Surroundings): Command {
  const program = new Command('koinon')
    .description(
      'A public layer for intelligence: compute, data, models and evaluation that anyone can check.',
    )
    .option('--home <folder>', 'where the local network is kept (default: .koinon, or $KOINON_HOME)')
    .option('--node <url|folder>', 'the node to ask (default: one of the local network that runs)')
    .option('--as <name>', 'the member of the local network to speak as')
    .option('--json', 'print one JSON value instead of text')
    .version(VERSION, '--version', 'print the version')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: text => surroundings.stdout.write(text),
      writeErr: text => surroundings.stderr.write(text),
      // Wrong usage is told by `printError`, like every other error.
      outputError: () => undefined,
    })
    .exitOverride()
    .helpCommand('help [command]', 'help for a command')
    .helpOption('-h, --help', 'help for the command');

  program.commandsGroup('See it work:');
  addStart(program, surroundings);
  addDev(program, surroundings);
  program.commandsGroup('Data, studies, models:');
  addData(program, surroundings);
  addTrain(program, surroundings);
  addRun(program, surroundings);
  addJobs(program, surroundings);
  addModels(program, surroundings);
  addPredict(program, surroundings);
  addVerify(program, surroundings);
  addDisputes(program, surroundings);
  program.commandsGroup('A network of your own, or a node of one:');
  addDeploy(program, surroundings);
  addNode(program, surroundings);
  addKeys(program, surroundings);
  program.addHelpText(
    'after',
    '\nExample:\n  koinon start\n\n"koinon help <command>" has an example of each. Exit codes: 0 done, 1 failed, 2 used wrongly,\n3 a check found a fault, 130 stopped with Ctrl-C.',
  );
  return program;
}
