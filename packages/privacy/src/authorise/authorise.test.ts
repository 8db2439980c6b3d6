import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  assurances,
  drawOfUse,
  type Grant,
  type Manifest,
  manifestDigest,
  manifestSchema,
  type Offer,
  type Order,
  type Policy,
  policyDigest,
  policySchema,
  type TableDescription,
  tableDescriptionSchema,
  typedData,
  ZERO_32,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import {
  address,
  description,
  manifest as draft,
  granted,
  hex,
  NOW,
  otherFile,
  policy,
  purpose,
} from '../../test/samples.ts';
import { boundOf } from '../bound/boundOf.ts';
import { authorise } from './authorise.ts';
import type { AuthoriseInput, DatasetFacts, GrantState } from './authoriseInput.ts';
import { type ChargedBits, reviewTerms } from './checkPolicy.ts';

const custodian = address(0xc1);
const requester = address(0xe1);
const owner = address(0x01);
const auditor = address(0xa1);
const grantDigest = hex(0x91);
const { grant, manifest } = granted(draft);
const bits = Number(grant.bits);

const order: Order = {
  manifest: manifestDigest(manifest),
  requester,
  provider: custodian,
  grant: grantDigest,
  channel: hex(0xcc),
  token: policy.token,
  maxAmount: 1_000n,
  assurance: assurances['owner-audited'],
  replicas: 1,
  auditRatePpm: 1_000_000,
  auditAmount: 0n,
  comparator: ZERO_32,
  auditor,
  expiresAt: NOW + 60n,
  nonce: hex(0x0b),
};
const dataset: DatasetFacts = {
  id: 7n,
  epoch: 3n,
  owner,
  contentRoot: hex(0xc0),
  custodian,
  policyDigest: policyDigest(policy),
};
const grantState: GrantState = { revoked: false, usesTaken: 1, epoch: 3n };
const charged: ChargedBits = { requesterYear: 300, year: 700, total: 2_000 };
const privateInput = {
  manifest,
  manifestDigest: manifestDigest(manifest),
  order,
  orderSigner: requester,
  grant,
  grantDigest,
  grantSigner: owner,
  purpose,
  dataset,
  grantState,
  policy,
  description,
  charged,
  self: custodian,
  nowSeconds: NOW,
} satisfies AuthoriseInput;

const provider = custodian;
const publicManifest: Manifest = {
  ...draft,
  inputs: [{ name: 'table', source: { cid: otherFile } }],
  private: false,
};
const offer: Offer = {
  provider,
  token: policy.token,
  baseAmount: 10n,
  gigafuelAmount: 5n,
  maxFuel: 10n ** 10n,
  slots: 2,
  executors: 'wasm,onnx',
  expiresAt: NOW + 60n,
};
const publicOrder: Order = {
  ...order,
  manifest: manifestDigest(publicManifest),
  grant: ZERO_32,
  assurance: assurances.replay,
  replicas: 1,
  auditRatePpm: 1_000_000,
  auditAmount: 0n,
  comparator: ZERO_32,
  auditor: ZERO_ADDRESS,
};
const publicInput = {
  manifest: publicManifest,
  manifestDigest: manifestDigest(publicManifest),
  order: publicOrder,
  self: provider,
  nowSeconds: NOW,
  offer,
} satisfies AuthoriseInput;

const codes = (input: AuthoriseInput): string[] => {
  const decision = authorise(input);
  return decision.allow ? [] : decision.reasons.map(({ code }) => code);
};
const refused = (input: AuthoriseInput, code: string, what: string) =>
  assert.ok(codes(input).includes(code), `${what}: ${codes(input).join(', ') || 'allowed'}, not ${code}`);

/** A changed value of each field and the refusals it must meet; 'signed' where only the digest can tell. */
type Mutations<T> = { [K in keyof T]-?: readonly (readonly [T[K], ...string[]])[] };

/** A manifest that was changed and signed for again: the order names its digest. */
const withManifest = (changed: Partial<Manifest>, base: AuthoriseInput = privateInput): AuthoriseInput => {
  const mutated = { ...base.manifest, ...changed };
  const digest = manifestDigest(mutated);
  return { ...base, manifest: mutated, manifestDigest: digest, order: { ...base.order, manifest: digest } };
};
/** The same with a grant for it, as an owner might sign it under a policy: only rules of their own can refuse. */
const withGrantFor = (changed: Partial<Manifest>, own: Policy = policy): AuthoriseInput => {
  const made = granted({ ...draft, ...changed }, { policy: own });
  return withManifest(made.manifest, {
    ...privateInput,
    policy: own,
    grant: made.grant,
    dataset: { ...dataset, policyDigest: policyDigest(own) },
  });
};
const source = draft.inputs[0]!;
const rowsOf = (changed: object) => ({
  ...source,
  source: { dataset: { id: '7', contentRoot: hex(0xc0), rows: 'training' as const, ...changed } },
});

const manifestMutations: Mutations<Manifest> = {
  koinon: [['manifest/1' as 'manifest/2', 'K_BAD_MANIFEST']],
  executor: [['onnx', 'K_BAD_MANIFEST']],
  profile: [['koinon-onnx-1', 'K_BAD_MANIFEST']],
  program: [[otherFile, 'K_GRANT_TERMS']],
  inputs: [
    [[], 'K_MANIFEST_PRIVATE'],
    [[{ name: 'table', source: { cid: otherFile } }], 'K_MANIFEST_PRIVATE'],
    [[{ name: 'a', source: { cid: otherFile } }, source], 'K_GRANT_TERMS', 'K_POLICY_INPUTS'],
    [[{ name: 'a', source: { candidate: otherFile } }, source], 'K_GRANT_TERMS', 'K_POLICY_CANDIDATES'],
    [[source, { ...rowsOf({}), name: 'zweite' }], 'K_GRANT_TERMS', 'K_POLICY_INPUTS'],
    [[source, { ...rowsOf({ id: '8' }), name: 'zweite' }], 'K_DATASET_NOT_GRANTED', 'K_POLICY_INPUTS'],
    [[{ ...rowsOf({ id: '8' }), name: 'a' }, source], 'K_DATASET_NOT_GRANTED', 'K_GRANT_TERMS'],
    [[rowsOf({ contentRoot: hex(0xc1) })], 'K_DATASET_NOT_GRANTED', 'K_GRANT_TERMS'],
    [[rowsOf({ id: '70' })], 'K_DATASET_NOT_GRANTED', 'K_GRANT_TERMS'],
    [[rowsOf({ rows: 'held-back' })], 'K_GRANT_TERMS'],
    [[{ ...source, name: 'rows.safetensors' }], 'K_GRANT_TERMS'],
    [[source, source], 'K_BAD_MANIFEST'],
  ],
  params: [
    [{ target: 'sex' }, 'K_GRANT_TERMS'],
    [{ target: 'age' }, 'K_GRANT_TERMS', 'K_POLICY_TARGET', 'K_GRANT_BITS'],
    [{}, 'K_GRANT_TERMS', 'K_POLICY_TARGET', 'K_GRANT_BITS'],
    [{ target: 'ill', l2: 2 }, 'K_GRANT_TERMS'],
    [{ target: 'ill', exclude: ['age'] }, 'K_GRANT_TERMS', 'K_GRANT_BITS'],
  ],
  seed: [
    [new Uint8Array(32).fill(1), 'K_GRANT_DRAW'],
    [new Uint8Array(32), 'K_GRANT_DRAW'],
    [drawOfUse(grant, 2).seed, 'K_GRANT_DRAW'],
    [drawOfUse({ ...grant, nonce: hex(0x0c) }, 0).seed, 'K_GRANT_DRAW'],
  ],
  timeMs: [
    [manifest.timeMs + 1, 'K_GRANT_DRAW'],
    [0, 'K_GRANT_DRAW'],
  ],
  limits: [
    [{ ...manifest.limits, fuel: 2e12 }, 'K_POLICY_FUEL', 'K_GRANT_TERMS'],
    [{ ...manifest.limits, stepFuel: 2e9 }, 'K_BAD_MANIFEST'],
    [{ ...manifest.limits, stepFuel: 1e7 }, 'K_GRANT_TERMS'],
    [{ ...manifest.limits, memoryPages: 101 }, 'K_GRANT_TERMS'],
    [{ ...manifest.limits, callDepth: 101 }, 'K_GRANT_TERMS'],
    [{ ...manifest.limits, outputBytes: 1 }, 'K_GRANT_TERMS'],
  ],
  outputs: [
    [[], 'K_POLICY_OUTPUTS', 'K_GRANT_TERMS', 'K_GRANT_BITS'],
    [[{ name: 'rows', class: 'table', maxBytes: 10 }], 'K_POLICY_CLASS', 'K_GRANT_TERMS'],
    [
      [...manifest.outputs, { name: 'second.onnx', class: 'model', maxBytes: 10 }],
      'K_POLICY_CLASS',
      'K_GRANT_TERMS',
      'K_GRANT_BITS',
    ],
    [manifest.outputs.slice(1), 'K_GRANT_TERMS', 'K_GRANT_BITS'],
    [manifest.outputs.map(output => ({ ...output, maxBytes: 9_999 })), 'K_GRANT_TERMS'],
    [manifest.outputs.map(output => ({ ...output, name: `a${output.name}` })), 'K_GRANT_TERMS'],
    [[...manifest.outputs].reverse(), 'K_BAD_MANIFEST'],
  ],
  private: [[false, 'K_BAD_MANIFEST']],
};

const orderMutations: Mutations<Order> = {
  manifest: [[hex(0x11), 'K_ORDER_MANIFEST']],
  requester: [[address(0xe2), 'K_GRANT_REQUESTER']],
  provider: [[address(0xc2), 'K_ORDER_PROVIDER']],
  grant: [
    [hex(0x92), 'K_ORDER_GRANT'],
    [ZERO_32, 'K_ORDER_GRANT'],
  ],
  channel: [[ZERO_32, 'K_ORDER_CHANNEL']],
  token: [[address(0x71), 'K_GRANT_TOKEN']],
  maxAmount: [[999n, 'K_ORDER_AMOUNT']],
  assurance: [0, 1, 2, 4, 255].map(assurance => [assurance, 'K_ORDER_ASSURANCE'] as const),
  replicas: [0, 2, 255].map(replicas => [replicas, 'K_ORDER_ASSURANCE'] as const),
  auditRatePpm: [0, 999_999, 1_000_001].map(rate => [rate, 'K_ORDER_ASSURANCE'] as const),
  auditAmount: [[1n, 'signed']],
  comparator: [[hex(0x31), 'K_ORDER_ASSURANCE']],
  auditor: [
    [address(0xa2), 'K_GRANT_AUDITOR'],
    [ZERO_ADDRESS, 'K_GRANT_AUDITOR'],
  ],
  expiresAt: [
    [NOW, 'K_ORDER_EXPIRED'],
    [NOW + 86_400n + 121n, 'K_ORDER_TOO_LONG'],
  ],
  nonce: [[hex(0x0c), 'signed']],
};

const grantMutations: Mutations<Grant> = {
  dataset: [[8n, 'K_GRANT_DATASET']],
  epoch: [
    [2n, 'K_GRANT_EPOCH'],
    [4n, 'K_GRANT_EPOCH'],
  ],
  requester: [[address(0xe2), 'K_GRANT_REQUESTER']],
  terms: [
    [hex(0x99), 'K_GRANT_TERMS'],
    [manifestDigest(manifest), 'K_GRANT_TERMS'],
  ],
  purpose: [
    [hex(0x99), 'K_GRANT_PURPOSE'],
    [ZERO_32, 'K_GRANT_PURPOSE'],
  ],
  policy: [[hex(0x99), 'K_GRANT_POLICY']],
  token: [[address(0x71), 'K_GRANT_TOKEN']],
  amount: [
    [1_001n, 'K_ORDER_AMOUNT'],
    [999n, 'K_GRANT_AMOUNT'],
  ],
  bits: [
    [grant.bits + 1n, 'K_GRANT_BITS'],
    [grant.bits - 1n, 'K_GRANT_BITS'],
    [0n, 'K_GRANT_BITS'],
  ],
  microRho: [[1n, 'K_GRANT_BUDGET']],
  uses: [
    [1, 'K_GRANT_USED_UP', 'K_GRANT_DRAW'],
    [0, 'K_GRANT_USED_UP', 'K_GRANT_DRAW'],
    [5, 'K_GRANT_USES'],
    [2 ** 32 - 1, 'K_GRANT_USES'],
  ],
  auditor: [[address(0xa2), 'K_GRANT_AUDITOR']],
  validFrom: [
    [NOW + 121n, 'K_GRANT_NOT_YET_VALID', 'K_GRANT_DRAW'],
    [NOW - 101n, 'K_GRANT_DRAW'],
  ],
  expiresAt: [[NOW, 'K_GRANT_EXPIRED']],
  nonce: [[hex(0x0c), 'K_GRANT_DRAW']],
};

/** A policy that was changed everywhere it is named, so that only its own rule can refuse. */
const policyMutations: Mutations<Policy> = {
  koinon: [['policy/1' as 'policy/2', 'K_GRANT_POLICY']],
  minGroupRows: [[5, 'K_GRANT_POLICY']],
  outputs: [
    [{ model: 0, metrics: 1, evaluation: 1 }, 'K_POLICY_CLASS'],
    [{ model: 1, metrics: 0, evaluation: 16 }, 'K_POLICY_CLASS'],
    [{ model: 1, metrics: 1, evaluation: 0 }, 'K_GRANT_POLICY'],
  ],
  weightBits: [
    [9, 'K_GRANT_BITS'],
    [7, 'K_GRANT_BITS'],
  ],
  ratePermille: [[1, 'K_GRANT_BITS']],
  groups: [[[], 'K_GRANT_POLICY']],
  opaqueBits: [[1, 'K_GRANT_POLICY']],
  publicInputs: [[[otherFile], 'K_GRANT_POLICY']],
  candidates: [[true, 'K_GRANT_POLICY']],
  bits: [
    [{ ...policy.bits, job: bits - 1 }, 'K_POLICY_BITS'],
    [{ ...policy.bits, requesterYear: charged.requesterYear + bits - 1 }, 'K_BITS_SPENT'],
    [{ ...policy.bits, year: charged.year + bits - 1 }, 'K_BITS_SPENT'],
    [{ ...policy.bits, total: charged.total + bits - 1 }, 'K_BITS_SPENT'],
  ],
  maxUses: [[1, 'K_GRANT_USES']],
  token: [[address(0x71), 'K_GRANT_TOKEN']],
  amount: [[1_001n, 'K_GRANT_AMOUNT']],
  dryRunAmount: [[101n, 'K_GRANT_POLICY']],
  auditors: [[[address(0xa2)], 'K_GRANT_AUDITOR']],
  maxFuel: [[1e9 - 1, 'K_POLICY_FUEL']],
  maxRunMs: [[1, 'K_GRANT_POLICY']],
};

/** What the dataset's record says, changed: another bound than the one that was granted, or no bearing on this job. */
const descriptionMutations: Mutations<Omit<TableDescription, 'target'>> = {
  version: [[3 as 2, 'signed']],
  approximateRows: [[50, 'signed']],
  approximateHeldBackRows: [[10, 'signed']],
  columns: [
    [description.columns.slice(1), 'K_GRANT_BITS'],
    [description.columns.slice(0, 4), 'K_POLICY_TARGET', 'K_GRANT_BITS'],
    [
      description.columns.map(column =>
        column.name === 'sex' ? { name: 'sex', type: 'category', dictionary: ['f', 'm', 'x'] } : column,
      ),
      'K_GRANT_BITS',
    ],
  ],
};

const chargedMutations: Mutations<ChargedBits> = {
  requesterYear: [[policy.bits.requesterYear - bits + 1, 'K_BITS_SPENT']],
  year: [[policy.bits.year - bits + 1, 'K_BITS_SPENT']],
  total: [[policy.bits.total - bits + 1, 'K_BITS_SPENT']],
};

const datasetMutations: Mutations<DatasetFacts> = {
  id: [[8n, 'K_GRANT_DATASET']],
  epoch: [[4n, 'K_GRANT_EPOCH']],
  owner: [[address(0x02), 'K_GRANT_SIGNER']],
  contentRoot: [[hex(0xc9), 'K_DATASET_NOT_GRANTED']],
  custodian: [[address(0xc2), 'K_ORDER_CUSTODIAN']],
  policyDigest: [[hex(0x99), 'K_GRANT_POLICY']],
};

const stateMutations: Mutations<GrantState> = {
  revoked: [[true, 'K_GRANT_REVOKED']],
  usesTaken: [[2, 'K_GRANT_USED_UP']],
  epoch: [[4n, 'K_GRANT_EPOCH']],
};

const offerMutations: Mutations<Offer> = {
  provider: [[address(0xc2), 'K_OFFER_EXPIRED']],
  token: [[address(0x71), 'K_OFFER_TOKEN']],
  baseAmount: [[1_000n, 'K_ORDER_AMOUNT']],
  gigafuelAmount: [[1_000n, 'K_ORDER_AMOUNT']],
  maxFuel: [[10n ** 9n - 1n, 'K_OFFER_FUEL']],
  // How many jobs run at once is the scheduler's business, not a permission.
  slots: [[0, 'signed']],
  executors: [['onnx', 'K_OFFER_EXECUTOR']],
  expiresAt: [[NOW, 'K_OFFER_EXPIRED']],
};

/** Tries each mutation; calls `apply` with the changed object and `whenSigned` where only a digest tells. */
function tryAll<T extends object>(
  name: string,
  base: T,
  mutations: Mutations<T>,
  apply: (changed: T) => AuthoriseInput,
  whenSigned?: { code: string; apply: (changed: T) => AuthoriseInput },
): void {
  for (const field of Object.keys(mutations) as (keyof T & string)[]) {
    for (const [value, ...wanted] of mutations[field]) {
      const changed = { ...base, [field]: value };
      for (const code of wanted) {
        if (code !== 'signed') refused(apply(changed), code, `${name}.${field}`);
        else if (whenSigned) refused(whenSigned.apply(changed), whenSigned.code, `${name}.${field}`);
        else assert.deepEqual(codes(apply(changed)), [], `${name}.${field}`);
      }
    }
  }
}

describe('authorise', () => {
  it('allows what grant, policy, chain and order agree on, private or public', () => {
    assert.deepEqual(authorise(privateInput), { allow: true });
    assert.deepEqual(authorise(publicInput), { allow: true });
    const first = granted(draft, { use: 0 });
    assert.deepEqual(authorise(withManifest(first.manifest)), { allow: true });
  });

  it('has a rule for every field there is: a new one fails here until it has one', () => {
    const fieldsOf = (type: 'Order' | 'Grant' | 'Offer') => typedData[type].map(field => field.name).sort();
    assert.deepEqual(Object.keys(manifestMutations).sort(), Object.keys(manifestSchema.shape).sort());
    assert.deepEqual(Object.keys(orderMutations).sort(), fieldsOf('Order'));
    assert.deepEqual(Object.keys(grantMutations).sort(), fieldsOf('Grant'));
    assert.deepEqual(Object.keys(offerMutations).sort(), fieldsOf('Offer'));
    assert.deepEqual(Object.keys(policyMutations).sort(), Object.keys(policySchema.shape).sort());
    assert.deepEqual(
      // What the record names as its target is a hint; the manifest's is what counts.
      [...Object.keys(descriptionMutations), 'target'].sort(),
      Object.keys(tableDescriptionSchema.shape).sort(),
    );
    assert.deepEqual(Object.keys(chargedMutations).sort(), Object.keys(charged).sort());
  });

  it('refuses a manifest with any field changed, even when the order is signed anew for it', () => {
    tryAll('manifest', manifest, manifestMutations, changed => {
      try {
        return withManifest(changed);
      } catch {
        return { ...privateInput, manifest: changed };
      }
    });
  });

  it('refuses a manifest with any field changed under the order as it was signed', () => {
    for (const [field, mutations] of Object.entries(manifestMutations)) {
      for (const [value, ...wanted] of mutations) {
        if (wanted[0] === 'K_BAD_MANIFEST') continue;
        refused({ ...privateInput, manifest: { ...manifest, [field]: value } }, 'K_ORDER_MANIFEST', field);
      }
    }
  });

  it('refuses what the owner does not allow, even when a grant was signed for exactly that', () => {
    const outputs: Manifest['outputs'] = Array.from({ length: 64 }, (_, i) => ({
      name: `m${i + 10}.onnx`,
      class: 'model',
      maxBytes: 50_000,
    }));
    assert.deepEqual(codes(withGrantFor({ outputs })), [
      'K_POLICY_CLASS',
      'K_POLICY_BITS',
      'K_BITS_SPENT',
      'K_BITS_SPENT',
    ]);
    assert.deepEqual(codes(withGrantFor({ params: { target: 'age' } })), ['K_POLICY_TARGET', 'K_GRANT_BITS']);
    const beside = (own: Manifest['inputs'][number]['source']) => ({
      inputs: [{ name: 'a', source: own }, source],
    });
    assert.deepEqual(codes(withGrantFor(beside({ cid: otherFile }))), ['K_POLICY_INPUTS']);
    assert.deepEqual(codes(withGrantFor(beside({ candidate: otherFile }))), ['K_POLICY_CANDIDATES']);
    assert.deepEqual(codes(withGrantFor({ inputs: [source, { ...source, name: 'u' }] })), [
      'K_POLICY_INPUTS',
    ]);
    assert.deepEqual(codes(withGrantFor({ outputs: [] })), ['K_POLICY_OUTPUTS']);
    const rows: Manifest['outputs'] = [{ name: 'rows', class: 'table', maxBytes: 10 }];
    assert.deepEqual(codes(withGrantFor({ outputs: rows })), ['K_POLICY_CLASS']);
  });

  it('allows files beside the rows, candidates and opaque files where the policy says so', () => {
    const beside = (own: Manifest['inputs'][number]['source']) => ({
      inputs: [{ name: 'a', source: own }, source],
    });
    const generous: Policy = { ...policy, publicInputs: [otherFile], candidates: true, opaqueBits: 81 };
    assert.deepEqual(codes(withGrantFor(beside({ cid: otherFile }), generous)), []);
    assert.deepEqual(codes(withGrantFor(beside({ cid: draft.program }), generous)), ['K_POLICY_INPUTS']);
    assert.deepEqual(codes(withGrantFor(beside({ candidate: otherFile }), generous)), []);
    const rows = (maxBytes: number): Manifest['outputs'] => [{ name: 'rows', class: 'table', maxBytes }];
    assert.deepEqual(codes(withGrantFor({ outputs: rows(10) }, generous)), []);
    assert.deepEqual(codes(withGrantFor({ outputs: rows(11) }, generous)), ['K_POLICY_CLASS']);
  });

  it('lets a grant be used for any candidate, and for nothing else that differs', () => {
    const own: Policy = { ...policy, candidates: true };
    const inputs = (candidate: string) => [{ name: 'a', source: { candidate } }, source];
    const base = withGrantFor({ inputs: inputs(otherFile) }, own);
    assert.deepEqual(codes(withManifest({ inputs: inputs(draft.program) }, base)), []);
    refused(
      withManifest({ inputs: [{ name: 'b', source: { candidate: otherFile } }, source] }, base),
      'K_GRANT_TERMS',
      'name',
    );
  });

  it('refuses an order with any field changed', () => {
    tryAll('order', order, orderMutations, changed => ({ ...privateInput, order: changed }));
  });

  it('refuses a grant with any field changed, even when its owner signed that', () => {
    const apply = (changed: Grant) => ({ ...privateInput, grant: changed });
    const changedDigest = (changed: Grant) => ({ ...apply(changed), grantDigest: hex(0x93) });
    tryAll('grant', grant, grantMutations, apply, { code: 'K_ORDER_GRANT', apply: changedDigest });
  });

  it('refuses under a policy with any field changed, even when grant and chain name that policy', () => {
    const named = (changed: Policy): AuthoriseInput => {
      const digest = policyDigest(changed);
      return {
        ...privateInput,
        policy: changed,
        grant: { ...grant, policy: digest },
        dataset: { ...dataset, policyDigest: digest },
      };
    };
    tryAll('policy', policy, policyMutations, changed => {
      const input = named(changed);
      return codes(input).length > 0 ? input : { ...privateInput, policy: changed };
    });
  });

  it('refuses when dataset, state of the grant or offer are other than they should be', () => {
    tryAll('dataset', dataset, datasetMutations, changed => ({ ...privateInput, dataset: changed }));
    tryAll('grantState', grantState, stateMutations, changed => ({ ...privateInput, grantState: changed }));
    tryAll('charged', charged, chargedMutations, changed => ({ ...privateInput, charged: changed }));
    tryAll('offer', offer, offerMutations, changed => ({ ...publicInput, offer: changed }));
  });

  it('refuses a description under which the job could tell another number of bits than was granted', () => {
    const { target: _, ...base } = description;
    tryAll('description', base, descriptionMutations, changed => ({ ...privateInput, description: changed }));
  });

  it('charges what was said before, and reviews terms without a grant by the same rules', () => {
    const review = reviewTerms(draft, policy, description);
    assert.deepEqual(review, { bound: boundOf(policy, draft, description), refusals: [] });
    assert.equal(review.bound?.bits, bits);
    const spent = reviewTerms(draft, policy, description, { requesterYear: 0, year: 0, total: 9_999 });
    assert.deepEqual(
      spent.refusals.map(({ code }) => code),
      ['K_BITS_SPENT'],
    );
    const unknown = reviewTerms({ ...draft, params: { target: 'age' } }, policy, description);
    assert.equal(unknown.bound, undefined);
    assert.deepEqual(
      unknown.refusals.map(({ code }) => code),
      ['K_POLICY_TARGET'],
    );
  });

  it('does not draw four billion uses before it refuses them', () => {
    let drawn = 0;
    const counted = new Proxy(
      { ...grant, uses: 2 ** 32 - 1 },
      {
        get: (target, key) => {
          if (key === 'nonce') drawn++;
          return Reflect.get(target, key);
        },
      },
    );
    const seed = new Uint8Array(32).fill(1);
    assert.deepEqual(codes({ ...withManifest({ seed }), grant: counted }), ['K_GRANT_DRAW', 'K_GRANT_USES']);
    assert.equal(drawn, policy.maxUses);
  });

  it('refuses a signer other than the owner or the requester, another node, another purpose', () => {
    refused({ ...privateInput, grantSigner: requester }, 'K_GRANT_SIGNER', 'grantSigner');
    refused({ ...privateInput, orderSigner: owner }, 'K_ORDER_SIGNER', 'orderSigner');
    refused({ ...privateInput, self: address(0xc2) }, 'K_ORDER_PROVIDER', 'self');
    refused({ ...privateInput, purpose: 'advertising' }, 'K_GRANT_PURPOSE', 'purpose');
    refused({ ...privateInput, manifestDigest: hex(0x33) }, 'K_ORDER_MANIFEST', 'manifestDigest');
    refused({ ...privateInput, nowSeconds: NOW + 100n }, 'K_GRANT_EXPIRED', 'nowSeconds');
  });

  it('refuses when anything it needs is missing', () => {
    for (const key of [
      'grant',
      'grantDigest',
      'grantSigner',
      'dataset',
      'grantState',
      'policy',
      'description',
      'charged',
    ] as const) {
      const { [key]: _, ...rest } = privateInput;
      refused(rest, 'K_GRANT_NEEDED', key);
    }
    const { offer: _, ...rest } = publicInput;
    refused(rest, 'K_OFFER_NONE', 'offer');
  });

  it('does not let a custodian audit itself', () => {
    const input = withGrantFor({}, { ...policy, auditors: [custodian] });
    input.grant = { ...input.grant!, auditor: custodian };
    input.order = { ...input.order, auditor: custodian };
    assert.deepEqual(codes(input), ['K_GRANT_AUDITOR']);
  });

  it('does not run public work as private, with a grant, or with an auditor of the payer\u2019s choice', () => {
    refused(withManifest({ private: true }, publicInput), 'K_MANIFEST_PRIVATE', 'private');
    refused({ ...publicInput, grant }, 'K_GRANT_NOT_NEEDED', 'grant');
    refused(
      { ...publicInput, order: { ...publicOrder, grant: grantDigest } },
      'K_GRANT_NOT_NEEDED',
      'order.grant',
    );
    refused({ ...publicInput, order: { ...publicOrder, auditor } }, 'K_ORDER_AUDITOR', 'order.auditor');
    const audited = { ...publicOrder, assurance: assurances['owner-audited'] };
    refused({ ...publicInput, order: audited }, 'K_ORDER_ASSURANCE', 'order.assurance');
    refused(
      { ...publicInput, order: { ...publicOrder, maxAmount: 14n } },
      'K_ORDER_AMOUNT',
      'order.maxAmount',
    );
  });

  it('spends privacy budget only when it is reserved on chain', () => {
    const spending = { ...privateInput, grant: { ...grant, microRho: 500n } };
    refused({ ...spending, reservedMicroRho: 499n }, 'K_GRANT_BUDGET', 'reserved');
    assert.deepEqual(authorise({ ...spending, reservedMicroRho: 500n }), { allow: true });
  });

  it('names everything that is wrong at once, each with a sentence for a person', () => {
    const decision = authorise({
      ...privateInput,
      order: { ...order, expiresAt: NOW - 1n, maxAmount: 1n },
      grantState: { ...grantState, revoked: true },
    });
    assert.ok(!decision.allow);
    assert.deepEqual(
      decision.reasons.map(({ code }) => code),
      ['K_ORDER_EXPIRED', 'K_ORDER_AMOUNT', 'K_GRANT_REVOKED'],
    );
    for (const { message } of decision.reasons) assert.match(message, /^[A-Z].*\.$/);
  });
});
