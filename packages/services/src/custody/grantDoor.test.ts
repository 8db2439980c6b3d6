import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { RegisteredNodes } from '@koinon/kernel';
import { type GrantRequest, type Hex, type Signed, ZERO_32 } from '@koinon/protocol';
import { openStore } from '@koinon/store/disk';
import {
  DRAFT_MAX_BYTES,
  PLACE_BYTES,
  PLACES,
  PLACES_PER_REQUESTER,
  REQUEST_BURST,
  RESERVED_PLACES,
  UNSEEN_WAIT_MS,
  WAIT_MAX_MS,
} from './doorLimits.ts';
import { GrantBook } from './grantBook.ts';
import { GrantDoor } from './grantDoor.ts';

const DAY_MS = 86_400_000;
const START_MS = 1_800_000_000_000;
const ofByte = (byte: number, length: number): Hex =>
  `0x${byte
    .toString(16)
    .padStart(4, '0')
    .repeat(length / 2)}`;
const keyOf = (number: number) => ofByte(number, 20);
const draft = new Uint8Array(1000);

/** A door with a clock of its own and a registry of keys 0 to 99. */
function doorAt(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'koinon-door-'));
  const store = openStore(folder);
  t.after(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  let nowMs = START_MS;
  let looks = 0;
  let drawn = 0;
  const clock = { nowMs: () => nowMs, wait: async () => {} };
  const nodes = {
    operators: async () => {
      looks++;
      return new Set(Array.from({ length: 100 }, (_, i) => keyOf(i)));
    },
  };
  const grants = new GrantBook(store.database);
  const registered = new RegisteredNodes({ chain: { nodes } as never, clock });
  const door = new GrantDoor(clock, grants, registered);
  const request = (from: number, change: Partial<GrantRequest> = {}): Signed<'GrantRequest'> => ({
    signature: ofByte(1, 65 + 1).slice(0, 132) as Hex,
    message: {
      dataset: 1n,
      requester: keyOf(from),
      terms: ZERO_32,
      purpose: 'Count.',
      token: keyOf(0),
      maxAmount: 1n,
      bits: 100n,
      microRho: 0n,
      uses: 1,
      expiresAt: BigInt(Math.floor(nowMs / 1000)) + 29n * 86_400n,
      nonce: ZERO_32,
      ...change,
    },
  });
  return {
    door,
    grants,
    looks: () => looks,
    /** As one write, which is quicker. */
    atOnce: <T>(work: () => T): T => store.database.transaction(work),
    later: (ms: number) => {
      nowMs += ms;
    },
    request,
    /** A new request comes in; its digest. */
    ask: (from: number, bytes = draft, change: Partial<GrantRequest> = {}): Hex => {
      const digest = ofByte(++drawn, 32);
      const asked = request(from, change);
      door.knock(asked, bytes);
      door.receive(digest, asked, bytes);
      nowMs += 1;
      return digest;
    },
  };
}

describe('the door for requests', () => {
  test('turns keys away that nobody registered, with one look at the registry', async t => {
    const { door, looks, later } = doorAt(t);
    await door.admit(keyOf(1), {});
    for (let key = 1000; key < 1066; key++) {
      await assert.rejects(door.admit(keyOf(key), {}), { code: 'K_NOT_REGISTERED' });
    }
    assert.equal(looks(), 1);
    later(2_000);
    await Promise.allSettled(Array.from({ length: 50 }, (_, i) => door.admit(keyOf(1000 + i), {})));
    assert.equal(looks(), 2);
  });

  test('takes no draft beyond the largest, before anything else', async t => {
    const { door, looks } = doorAt(t);
    const manifest = new Uint8Array(DRAFT_MAX_BYTES + 1);
    await assert.rejects(door.admit(keyOf(1), { manifest }), { code: 'K_REQUEST_REFUSED' });
    assert.equal(looks(), 0);
  });

  test('takes no request that has expired or asks to wait too long', t => {
    const { door, request } = doorAt(t);
    const inSeconds = (ms: number) => ({ expiresAt: BigInt((START_MS + ms) / 1000) });
    for (const wrong of [inSeconds(-1_000), inSeconds(WAIT_MAX_MS + DAY_MS)]) {
      assert.throws(() => door.knock(request(1, wrong), draft), { code: 'K_REQUEST_REFUSED' });
    }
  });

  test('gives a key few places, larger drafts several of them', t => {
    const { ask, grants } = doorAt(t);
    ask(1, new Uint8Array(3 * PLACE_BYTES));
    assert.equal(grants.waiting(keyOf(1)).places, 4);
    for (let i = 4; i < PLACES_PER_REQUESTER; i++) ask(1);
    assert.throws(() => ask(1), { code: 'K_REQUEST_REFUSED', message: /yours are waiting/ });
    ask(2);
  });

  test('takes few new requests of a key in a short time, whatever became of the others', t => {
    const { ask, grants, later } = doorAt(t);
    for (let i = 0; i < REQUEST_BURST; i++) grants.deny(ask(1), 'No.', START_MS);
    assert.throws(() => ask(1), { code: 'K_RATE_LIMITED' });
    ask(2);
    later(61_000);
    ask(1);
  });

  test('frees the place of what expired, and keeps its standing alone unless somebody looked', t => {
    const { ask, door, grants, later } = doorAt(t);
    const [unseen, seen] = [ask(1), ask(1)];
    const { request, receivedAtMs } = grants.get(seen)!;
    grants.look(seen, START_MS, door.waitsUntilMs(request, receivedAtMs));
    later(UNSEEN_WAIT_MS);
    door.sweep();
    assert.deepEqual(grants.waiting(), { requests: 1, places: 1 });
    assert.equal(grants.get(unseen), undefined);
    assert.deepEqual(
      { ...grants.standing(unseen) },
      {
        digest: unseen,
        requester: keyOf(1),
        status: 'expired',
        grant: undefined,
        reason: 'nobody answered it in time',
      },
    );
    later(WAIT_MAX_MS);
    door.sweep();
    assert.equal(grants.waiting().requests, 0);
    assert.equal(grants.get(seen)?.status, 'expired');
    later(31 * DAY_MS);
    door.sweep();
    assert.equal(grants.get(seen), undefined);
    assert.equal(grants.standing(seen)?.status, 'expired');
    later(3 * 365 * DAY_MS);
    door.sweep();
    assert.equal(grants.standing(seen), undefined);
  });

  test('frees the place at the time the request itself names', t => {
    const { ask, door, grants, later } = doorAt(t);
    ask(1, draft, { expiresAt: BigInt(START_MS / 1000) + 60n });
    later(61_000);
    door.sweep();
    assert.equal(grants.waiting().requests, 0);
  });

  test('keeps a place for whoever has nothing waiting, and takes it from whoever has most', t => {
    const { ask, grants, atOnce } = doorAt(t);
    let key = 1;
    atOnce(() => {
      for (let i = 0; i < PLACES; i++) ask(i % PLACES_PER_REQUESTER === 0 ? ++key : key);
    });
    const greedy = [...Array(key - 1).keys()].map(i => keyOf(i + 2));
    assert.throws(() => ask(key), { code: 'K_REQUEST_REFUSED', message: /too many requests are/ });
    // The reserve, for first requests only.
    const firsts = atOnce(() => Array.from({ length: RESERVED_PLACES }, (_, i) => ask(200 + i)));
    assert.equal(grants.waiting().places, PLACES + RESERVED_PLACES);
    assert.throws(() => ask(200), { code: 'K_REQUEST_REFUSED' });
    // Beyond it each first request pushes out the oldest of those who have most.
    const late = [ask(900), ask(901)];
    assert.equal(grants.waiting().places, PLACES + RESERVED_PLACES);
    for (const digest of [...firsts, ...late]) assert.equal(grants.standing(digest)?.status, 'pending');
    const left = greedy.reduce((sum, requester) => sum + grants.waiting(requester).requests, 0);
    assert.equal(left, PLACES - 2);
    const gone = grants.standing(ofByte(1, 32))!;
    assert.equal(gone.status, 'expired');
    assert.match(gone.reason ?? '', /others needed its place/);
  });

  test('never pushes out what the owner looked at', t => {
    const { ask, door, grants, atOnce } = doorAt(t);
    let key = 1;
    atOnce(() => {
      const all = [
        ...Array.from({ length: PLACES }, (_, i) => ask(i % PLACES_PER_REQUESTER === 0 ? ++key : key)),
        ...Array.from({ length: RESERVED_PLACES }, (_, i) => ask(200 + i)),
      ];
      for (const digest of all) {
        const { request, receivedAtMs } = grants.get(digest)!;
        grants.look(digest, START_MS, door.waitsUntilMs(request, receivedAtMs));
      }
    });
    assert.throws(() => ask(900), { code: 'K_REQUEST_REFUSED' });
    assert.equal(grants.waiting().requests, PLACES + RESERVED_PLACES);
  });
});
