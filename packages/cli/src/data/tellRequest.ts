import { custodyRoutes } from '@koinon/api';
import { canonicalJson } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import {
  bitsClause,
  capsOf,
  inputClause,
  outputClause,
  programClause,
  ROW_BITS_RULE,
  requestStateWords,
  rowBits,
} from '@koinon/protocol/requestWords';
import { type Client, type GrantRequest, readRecord } from '@koinon/sdk';
import { shortAddress } from '../api/nodeNames.ts';
import { age, koin } from '../terminal/amounts.ts';
import type { Style } from '../terminal/style.ts';
import { facts, printable, table } from '../terminal/table.ts';
import { beginningOf } from './findRequest.ts';

/** Bits that one row of the request's dataset takes, at a guess; undefined where its record is not to be had. */
export async function rowBitsOf(
  client: Client,
  { request: { message } }: GrantRequest,
): Promise<number | undefined> {
  const { metadata } = await client
    .call(custodyRoutes.dataset, { params: { id: message.dataset } })
    .catch((error: unknown) => {
      if (error instanceof KoinonError) return { metadata: undefined };
      throw error;
    });
  const { table: described } = readRecord(metadata);
  return described && rowBits(described);
}

/** All that its owner can know of a request. */
export function tellRequest(
  shown: GrantRequest,
  {
    nameOf,
    bitsOfRow,
    nowMs,
  }: { nameOf(address: string): string; bitsOfRow: number | undefined; nowMs: number },
  style: Style,
): string {
  const { digest, request, manifest, program, requester, reason, dryRunAtMs } = shown;
  const { message } = request;
  return [
    style.bold(`request ${beginningOf(digest)} is ${requestStateWords[shown.status]}`),
    facts(
      [
        ['who asks', who(message.requester, nameOf)],
        [
          'registered',
          requester
            ? `owner ${who(requester.owner, nameOf)}, stake ${koin(requester.stake)} KOIN, since ${day(requester.registeredAt)}`
            : 'not on this network',
        ],
        ['purpose', `“${message.purpose}”`],
        [
          'asked',
          `${age(nowMs - shown.receivedAtMs)} ago; the answer is waited for until ${day(shown.expiresAtMs / 1000)}`,
        ],
        ...(reason ? [['your reason', reason] as const] : []),
        ['digest', digest],
      ],
      style,
    ),
    '',
    style.bold('What would run'),
    facts(
      [
        ['program', programClause(program)],
        ['', program.cid],
        ...parameters(manifest.params),
        ...manifest.inputs.map(input => [`reads ${input.name}`, inputClause(input)] as const),
        ...manifest.outputs.map(output => [`may write ${output.name}`, outputClause(output)] as const),
        [
          'limits',
          `${manifest.limits.fuel.toLocaleString('en-US')} fuel, ${manifest.limits.memoryPages / 16} MiB of memory`,
        ],
        ['uses', String(message.uses)],
        ['price', price(shown)],
        ...(dryRunAtMs === undefined
          ? []
          : [['tried', `${age(nowMs - dryRunAtMs)} ago, for your eyes`] as const]),
      ],
      style,
    ),
    '',
    style.bold('What could leave'),
    ...tellBound(shown, bitsOfRow, style),
    ...shown.refusals.map(({ message: refusal }) => `${style.red('refused')} ${printable(refusal)}`),
  ].join('\n');
}

/** The request in a few lines, for whoever is about to answer it. */
export function tellBriefly(
  shown: GrantRequest,
  { nameOf, bitsOfRow }: { nameOf(address: string): string; bitsOfRow: number | undefined },
  style: Style,
): string {
  const {
    digest,
    request: { message },
    program,
    manifest,
  } = shown;
  return [
    style.bold(`request ${beginningOf(digest)}`),
    facts(
      [
        ['who asks', who(message.requester, nameOf)],
        ['purpose', `“${message.purpose}”`],
        ['program', programClause(program)],
        ...parameters(manifest.params),
        ...manifest.inputs.map(input => [`reads ${input.name}`, inputClause(input)] as const),
        ...manifest.outputs.map(output => [`may write ${output.name}`, outputClause(output)] as const),
        ['uses', String(message.uses)],
        ['price', price(shown)],
      ],
      style,
    ),
    '',
    ...tellBound(shown, bitsOfRow, style),
    '',
    style.dim(`All of it: koinon data show-request ${beginningOf(digest)}`),
  ].join('\n');
}

function tellBound(shown: GrantRequest, bitsOfRow: number | undefined, style: Style): string[] {
  const { bound, request } = shown;
  if (!bound) return ['No bound is known for it, so it cannot be granted.'];
  const { uses } = request.message;
  const all = bound.bits * uses;
  return [
    `${style.bold(`${bound.bits} bits`)} a use: ${bitsClause(bound.bits, bitsOfRow)}.`,
    ...(uses === 1 ? [] : [`In ${uses} uses ${style.bold(`${all} bits`)}: ${bitsClause(all, bitsOfRow)}.`]),
    ...(bitsOfRow === undefined ? [] : [style.dim(ROW_BITS_RULE)]),
    ...(bound.opaqueBits === 0
      ? []
      : [
          style.yellow(
            `${bound.opaqueBits} bits of them leave as the program writes them; nobody can say what is in them.`,
          ),
        ]),
    '',
    table(
      ['BITS', 'WHAT THEY TELL'],
      bound.terms.map(({ bits, description }) => [bits.toFixed(1), description]),
      style,
    ),
    '',
    table(
      ['CHARGED TO', 'SO FAR', 'WITH THIS', 'MOST'],
      capsOf(shown).map(({ of, charged, after, cap }) => [of, ...[charged, after, cap].map(String)]),
      style,
    ),
  ];
}

/** Each on a line of its own. */
function parameters(params: GrantRequest['manifest']['params']): (readonly [string, string])[] {
  const names = Object.keys(params).sort();
  if (names.length === 0) return [['parameters', 'none']];
  return names.map(name => [`parameter ${printable(name)}`, canonicalJson(params[name]!)] as const);
}

function price({ amount, request }: GrantRequest): string {
  const most = `who asks pays at most ${koin(request.message.maxAmount)}`;
  return amount === undefined ? most : `${koin(amount)} KOIN a use; ${most}`;
}

function who(address: string, nameOf: (address: string) => string): string {
  // What somebody decides by is shown whole.
  return nameOf(address).replace(shortAddress(address), address);
}

function day(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
