import { canonicalJson, digestOfCid, type Manifest } from '@koinon/protocol';
import type { Sources } from '../sources.ts';
import { count, list, short, size } from '../words.ts';

/** Longest that parameters are shown, characters. */
const PARAMS_SHOWN = 200;

/** Everything a permission binds of a job, in words: what its owner was asked about. */
export function termsWords(manifest: Manifest, { programs }: Pick<Sources, 'programs'>): string {
  const { program, inputs, params, outputs, limits } = manifest;
  const known = programs?.get(digestOfCid(program));
  const given = canonicalJson(params);
  const shown = given.length > PARAMS_SHOWN ? `${given.slice(0, PARAMS_SHOWN)}…` : given;
  const lines = [
    `Program ${known ? `${known}, ` : ''}${short(program)}, run by ${manifest.executor} (${manifest.profile})`,
    `parameters ${shown}`,
    `it reads ${list(inputs.map(inputWords)) || 'nothing'}`,
    `it may let out ${list(outputs.map(({ name, class: what, maxBytes }) => `${name} (${what}, at most ${size(maxBytes)})`)) || 'nothing'}`,
    `with at most ${limits.fuel} fuel, ${limits.stepFuel} a step, ${count(limits.memoryPages, 'page')} of memory, ${limits.callDepth} nested calls and ${size(limits.outputBytes)} of output`,
  ];
  return `${lines.join('; ')}.`;
}

function inputWords({ name, source }: Manifest['inputs'][number]): string {
  if ('cid' in source) return `${name} (the public file ${short(source.cid)})`;
  if ('candidate' in source) return `${name} (any model of a known class; here ${short(source.candidate)})`;
  const { id, rows } = source.dataset;
  const part = rows === 'held-back' ? 'the rows held back from training' : 'the rows to train on';
  return `${name} (${part}, of dataset ${id})`;
}
