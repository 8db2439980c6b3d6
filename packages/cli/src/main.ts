#!/usr/bin/env node
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { addStart } from './commands/start.ts';
import type { Surroundings } from './commands/surroundings.ts';
import { exitCodes, printError } from './terminal/printError.ts';
import { styleFor } from './terminal/style.ts';

const program = new Command('koinon')
  .description('A public layer for intelligence: compute, data, models and evaluation that anyone can check.')
  .option('--home <folder>', 'where the network and its nodes are kept (default: .koinon, or $KOINON_HOME)')
  .option('--json', 'print JSON instead of text')
  .configureHelp({ showGlobalOptions: true });

const surroundings: Surroundings = {
  get home() {
    return resolve(program.opts()['home'] ?? process.env['KOINON_HOME'] ?? join(process.cwd(), '.koinon'));
  },
  get json() {
    return program.opts()['json'] === true;
  },
};
addStart(program, surroundings);

try {
  await program.parseAsync();
} catch (error) {
  printError(error, { json: surroundings.json, style: styleFor(process.stderr, process.env) });
  process.exitCode = exitCodes.failed;
}
