import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { shellWords } from '../testing/shellWords.ts';
import { createProgram } from './createProgram.ts';

const root = join(import.meta.dirname, '../../../..');
const silent = { write: () => true };

/** The tree with nothing behind its words. */
function words(): Command {
  const program = createProgram({
    home: '/nowhere',
    keysFolder: '/nowhere',
    nodeFolder: '/nowhere',
    json: false,
    node: undefined,
    as: undefined,
    environment: {},
    stdout: silent,
    stderr: silent,
  });
  for (const command of allOf(program)) if (command.commands.length === 0) command.action(() => undefined);
  return program;
}

function allOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allOf)];
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

function helpOf(command: Command): string {
  let help = '';
  command.configureOutput({
    writeOut: text => {
      help += text;
    },
  });
  command.outputHelp();
  return help;
}

/** Lines of a text that type `koinon`, with lines that go on joined. */
function commandsIn(text: string): string[] {
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map(line =>
      line
        .trim()
        .replace(/^\$ /, '')
        .replace(/^npx |^npm run koinon -- /, found => (found === 'npx ' ? '' : 'koinon ')),
    )
    .filter(line => /^koinon [a-z]/.test(line));
}

async function requireParses(line: string): Promise<void> {
  const [, ...typed] = shellWords(line);
  await assert.doesNotReject(words().parseAsync(typed, { from: 'user' }), `cannot be typed: ${line}`);
}

for (const command of allOf(words())) {
  test(`the help of "${nameOf(command)}" has an example that can be typed`, async () => {
    const help = helpOf(command);
    const examples = commandsIn(help.slice(help.search(/\nExamples?:\n/)));
    assert.match(help, /\nExamples?:\n/);
    assert.ok(examples.length > 0, 'no example');
    assert.ok(examples[0]!.startsWith(nameOf(command)), `the example is of another command: ${examples[0]}`);
    for (const example of examples) await requireParses(example);
  });
}

test('every command that a document shows can be typed', async () => {
  const files = [
    join(root, 'README.md'),
    ...readdirSync(join(root, 'docs'))
      .filter(name => name.endsWith('.md'))
      .map(name => join(root, 'docs', name)),
  ];
  const lines = files.flatMap(file => commandsIn(readFileSync(file, 'utf8')));
  assert.ok(lines.length > 40, 'the documents are not found');
  for (const line of lines) await requireParses(line);
});

test('docs/commands.md shows every command', () => {
  const shown = commandsIn(readFileSync(join(root, 'docs/commands.md'), 'utf8'));
  const leaves = allOf(words()).filter(command => command.commands.length === 0);
  const missing = leaves.map(nameOf).filter(name => !shown.some(line => line.startsWith(name)));
  assert.deepEqual(missing, []);
});

test('a line that cannot be typed is found', async () => {
  await assert.rejects(requireParses('koinon data publsh cohort.csv'));
  await assert.rejects(requireParses('koinon train cohort --purpos x'));
  await assert.rejects(requireParses('koinon data approve'));
});
