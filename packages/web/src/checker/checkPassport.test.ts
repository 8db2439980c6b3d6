// Own process: it defines a global that the build of the page defines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Route } from '@koinon/api';
import { type Hex, KoinonError, statementDigest } from '@koinon/protocol';
import type { Client } from '@koinon/sdk';
import { domains, makeStudy } from '@koinon/verify/testing';
import { checkPassport } from './checkPassport.ts';
import type { Check } from './questions.ts';

Object.assign(globalThis, { SHIPPED_PROGRAMS: {} });
const { passport, cid, world } = await makeStudy();
const id = `0x${'d'.repeat(64)}`;

/** A node that says that its court found this statement false, and has nothing else to say but the blobs. */
function nodeOf(convicted?: Hex): Pick<Client, 'call'> {
  const { provider } = passport.training.receipt.message;
  const dispute = {
    id,
    outcome: 'convicted',
    ground: 'jury',
    kind: 'jury',
    accuser: provider,
    accused: provider,
    slashed: '5',
    statement: convicted,
  };
  const answers: Record<string, (params: { cid?: string }) => unknown> = {
    'node.status': () => ({ deployment: domains }),
    'evidence.blob': params => world.blobs.get(params.cid!),
    'court.disputes': () => ({ disputes: convicted ? [dispute] : [] }),
    'court.dispute': () => dispute,
  };
  const call = async (route: Route, question: { params?: object } = {}) => {
    const answer = answers[route.id]?.(question.params ?? {});
    if (answer !== undefined) return answer;
    throw new KoinonError({ code: 'K_HTTP_NOT_FOUND', message: route.id, fault: 'user' });
  };
  return { call: call as Client['call'] };
}

async function checked(node: Pick<Client, 'call'>): Promise<Check[]> {
  const checks: Check[] = [];
  await checkPassport(cid, { check: found => checks.push(found), note: () => undefined }, node);
  return checks;
}
const court = (checks: readonly Check[]) => checks.filter(({ title }) => /No court/.test(title));

test('a receipt that the court found false is told by the page too', async () => {
  const innocent = court(await checked(nodeOf()));
  assert.ok(innocent.length > 0 && innocent.every(({ state }) => state === 'ok'));
  const receipt = statementDigest('Receipt', passport.training.receipt.message, domains);
  const [guilty, ...rest] = court(await checked(nodeOf(receipt))).filter(({ state }) => state === 'failed');
  assert.equal(guilty?.job, 'training');
  assert.equal(rest.length, 0);
});
