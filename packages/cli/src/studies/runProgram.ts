import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { custodyRoutes, evidenceRoutes, studiesRoutes } from '@koinon/api';
import { type Quote, schema } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import { TABLE_LIMITS } from '@koinon/tabular';
import { type ChosenNode, chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { findDataset } from '../data/findDataset.ts';
import { checkTable, readTable, readWhole } from '../data/readTable.ts';
import { byteCount } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { createProgress } from '../terminal/progress.ts';
import { usageError } from '../terminal/usageError.ts';
import { type AssuranceOptions, parseAssurance } from './assuranceOptions.ts';
import { followStudy } from './followStudy.ts';
import { outputsOf, printStudy } from './printStudy.ts';
import { parseInput, parseOutput, parseParameter, type RunInput } from './runArguments.ts';
import { tellQuote } from './tellQuote.ts';
import { requirePurpose } from './train.ts';

export interface RunOptions extends AssuranceOptions {
  input: string[];
  param: string[];
  output: string[];
  maxOutput: string;
  purpose?: string;
  out: string;
  wait: boolean;
}

/** Largest program or public input the node's API takes, bytes. */
const FILE_MAX_BYTES = 64 * 2 ** 20;

/** Runs a program of the user's: everything is read and checked first, then uploaded, run, and its outputs fetched. */
export async function runProgram(
  surroundings: Surroundings,
  file: string,
  options: RunOptions,
): Promise<void> {
  const inputs = options.input.map(parseInput);
  const params = Object.fromEntries(options.param.map(parseParameter));
  const maxBytes = Number(options.maxOutput) * 2 ** 20;
  if (!Number.isInteger(maxBytes) || maxBytes < 1 || maxBytes > 256 * 2 ** 20) {
    throw usageError(`--max-output cannot be "${options.maxOutput}".`, 'Give whole MiB, 1 to 256.');
  }
  const outputs = options.output.map(text => ({ ...parseOutput(text), maxBytes }));
  if (outputs.length === 0) {
    throw usageError(
      'A program that may write nothing is of no use.',
      'Declare what it writes: --output result.json:metrics',
    );
  }
  const isPrivate = inputs.some(input => 'dataset' in input);
  const candidates = inputs.filter(input => 'candidate' in input);
  if (candidates.length > 1 || (candidates.length === 1 && !isPrivate)) {
    throw usageError(
      isPrivate
        ? 'One job measures one candidate.'
        : 'A candidate is measured on rows of a dataset, and no input is one.',
      isPrivate
        ? 'Run one job for each.'
        : 'Add --input table.safetensors=dataset:1/held-back, or give the model as a plain file.',
    );
  }
  const assurance = parseAssurance(options);
  if (isPrivate && assurance) {
    throw usageError(
      'On a dataset the auditor whom its owner named replays every run; nothing else can be asked for.',
      'Leave out --assurance, --replicas, --comparator and --audit-rate.',
    );
  }
  const purpose = isPrivate ? requirePurpose(options.purpose) : (options.purpose ?? 'A public job.');
  const program = await readWhole(file, requireFileSize);
  await requireProgram(file, program);
  const contents = await readInputs(inputs);

  const node = chooseNode(surroundings, 'researcher');
  const progress = createProgress(surroundings);
  progress.doing('handing over program and inputs');
  let quote: Quote | undefined;
  const begun = await (async () => {
    const { cid } = await node.client.call(evidenceRoutes.keepBlob, { body: program });
    const sources = [];
    for (const input of inputs) sources.push(await sourceOf(node, input, contents));
    progress.stop();
    const study = {
      kind: 'run' as const,
      program: cid,
      inputs: sources,
      params,
      outputs,
      purpose,
      ...(assurance ? { assurance } : {}),
    };
    quote = await tellQuote(surroundings, node, { study });
    return node.client.call(studiesRoutes.begin, { body: study });
  })().finally(progress.stop);
  if (!options.wait) {
    printResult(
      surroundings,
      { study: begun.id, quote },
      style =>
        `${style.green('✓')} job ${begun.id} has begun; watch it: koinon jobs show ${begun.id} --follow`,
    );
    return;
  }
  const done = await followStudy(surroundings, node, begun.id);
  const files: string[] = [];
  await mkdir(options.out, { recursive: true });
  for (const { name } of outputsOf(done.steps)) {
    const path = join(options.out, name);
    await writeFile(path, await node.client.call(studiesRoutes.output, { params: { id: begun.id, name } }));
    files.push(path);
  }
  printStudy(surroundings, done, { files });
}

type Contents = Map<string, { kind: 'table' | 'blob'; bytes: Uint8Array }>;

/** The files of the inputs; a CSV meant as a table is checked as the node will check it. */
async function readInputs(inputs: readonly RunInput[]): Promise<Contents> {
  const contents: Contents = new Map();
  for (const input of inputs) {
    if ('dataset' in input) continue;
    if ('candidate' in input) {
      if (isCid(input.candidate)) continue;
      contents.set(input.name, { kind: 'blob', bytes: await readWhole(input.candidate, requireFileSize) });
      continue;
    }
    const isTable = input.name.endsWith('.safetensors') && /\.(csv|tsv)$/i.test(input.file);
    const bytes = isTable ? await readTable(input.file) : await readWhole(input.file, requireFileSize);
    if (isTable) checkTable(bytes, {});
    contents.set(input.name, { kind: isTable ? 'table' : 'blob', bytes });
  }
  return contents;
}

async function sourceOf({ client }: ChosenNode, input: RunInput, contents: Contents) {
  const { name } = input;
  if ('dataset' in input) {
    const { id } = await findDataset(client, input.dataset);
    return { name, source: { dataset: id, rows: input.rows } };
  }
  if ('candidate' in input && !contents.has(name)) return { name, source: { candidate: input.candidate } };
  const { kind, bytes } = contents.get(name)!;
  const { cid } =
    kind === 'table'
      ? await client.call(custodyRoutes.table, { body: bytes })
      : await client.call(evidenceRoutes.keepBlob, { body: bytes });
  return { name, source: 'candidate' in input ? { candidate: cid } : { cid } };
}

function isCid(text: string): boolean {
  return schema.cid.safeParse(text).success;
}

function requireFileSize(bytes: number): void {
  if (bytes > 0 && bytes <= FILE_MAX_BYTES) return;
  throw new KoinonError({
    code: 'K_FILE',
    message: bytes === 0 ? 'The file has 0 bytes.' : `The file has ${byteCount(bytes)}.`,
    fault: 'user',
    next: `Give a file of 1 byte to ${byteCount(Math.min(FILE_MAX_BYTES, TABLE_LIMITS.fileBytes))}.`,
  });
}

/** Refuses what the deterministic profile would refuse, before it is sent. Throws what `prepare` throws. */
async function requireProgram(file: string, bytes: Uint8Array): Promise<void> {
  const isModule = bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
  if (!isModule) {
    throw new KoinonError({
      code: 'K_PROGRAM_FORMAT',
      message: `${file} is not a WebAssembly module.`,
      fault: 'user',
      next: 'Compile the program to .wasm for wasm32-wasi; docs/write-a-program.md shows how.',
    });
  }
}
