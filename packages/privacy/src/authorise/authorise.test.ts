import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  assurances,
  digestOfCid,
  type Grant,
  type Manifest,
  manifestDigest,
  manifestSchema,
  type Offer,
  type Order,
  type Policy,
  policyDigest,
  policySchema,
  typedData,
  ZERO_32,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import { address, hex, manifest, policy, purpose, purposeDigest } from '../../test/samples.ts';
import { authorise } from './authorise.ts';
import type { AuthoriseInput, DatasetFacts, GrantState } from './authoriseInput.ts';

const NOW = 1_800_000_000n;
const custodian = address(0xc1);
const requester = address(0xe1);
const owner = address(0x01);
const auditor = address(0xa1);
const grantDigest = hex(0x91);
const otherProgram = 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e';

const grant: Grant = {
  dataset: 7n,
  epoch: 3n,
  requester,
  program: digestOfCid(manifest.program),
  purpose: purposeDigest,
  policy: policyDigest(policy),
  token: policy.token,
  amount: 1_000n,
  microRho: 0n,
  uses: 2,
  auditor,
  validFrom: NOW - 100n,
  expiresAt: NOW + 100n,
  nonce: hex(0x0a),
};
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
  self: custodian,
  nowSeconds: NOW,
} satisfies AuthoriseInput;

const provider = custodian;
const publicManifest: Manifest = {
  ...manifest,
  inputs: [{ name: 'table', source: { cid: otherProgram } }],
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

/** A changed value of each field and the refusal it must meet; 'signed' where only the digest can tell. */
type Mutations<T> = { [K in keyof T]-?: readonly (readonly [T[K], string])[] };

/** A manifest that was changed and signed for again: the order names its digest. */
const withManifest = (changed: Partial<Manifest>, base: AuthoriseInput = privateInput): AuthoriseInput => {
  const mutated = { ...base.manifest, ...changed };
  const digest = manifestDigest(mutated);
  return { ...base, manifest: mutated, manifestDigest: digest, order: { ...base.order, manifest: digest } };
};
const source = manifest.inputs[0]!;

const manifestMutations: Mutations<Manifest> = {
  koinon: [['manifest/2' as 'manifest/1', 'K_BAD_MANIFEST']],
  executor: [['onnx', 'K_BAD_MANIFEST']],
  profile: [['koinon-onnx-1', 'K_BAD_MANIFEST']],
  program: [[otherProgram, 'K_GRANT_PROGRAM']],
  inputs: [
    [[], 'K_MANIFEST_PRIVATE'],
    [[{ name: 'table', source: { cid: otherProgram } }], 'K_MANIFEST_PRIVATE'],
    [
      [source, { name: 'zweite', source: { dataset: { id: '8', contentRoot: hex(0xc0) } } }],
      'K_DATASET_NOT_GRANTED',
    ],
    [
      [{ name: 'a', source: { dataset: { id: '8', contentRoot: hex(0xc8) } } }, source],
      'K_DATASET_NOT_GRANTED',
    ],
    [[{ name: 'table', source: { dataset: { id: '7', contentRoot: hex(0xc1) } } }], 'K_DATASET_NOT_GRANTED'],
    [[{ name: 'table', source: { dataset: { id: '70', contentRoot: hex(0xc0) } } }], 'K_DATASET_NOT_GRANTED'],
    [[source, source], 'K_BAD_MANIFEST'],
  ],
  params: [[{ target: 'other' }, 'signed']],
  seed: [[new Uint8Array(32).fill(1), 'signed']],
  timeMs: [[2_000, 'signed']],
  limits: [
    [{ ...manifest.limits, fuel: 2e12 }, 'K_POLICY_FUEL'],
    [{ ...manifest.limits, stepFuel: 2e9 }, 'K_BAD_MANIFEST'],
    [{ ...manifest.limits, outputBytes: 1 }, 'signed'],
  ],
  outputs: [
    [[], 'K_POLICY_OUTPUTS'],
    [[{ name: 'rows', class: 'table', maxBytes: 10 }], 'K_POLICY_CLASS'],
    [[{ name: 'model', class: 'model', maxBytes: policy.maxArtefactBytes + 1 }], 'K_POLICY_SIZE'],
    [
      [
        { name: 'a', class: 'model', maxBytes: policy.maxArtefactBytes },
        { name: 'b', class: 'model', maxBytes: policy.maxArtefactBytes },
      ],
      'K_POLICY_SIZE',
    ],
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
  program: [[digestOfCid(otherProgram), 'K_GRANT_PROGRAM']],
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
  microRho: [[1n, 'K_GRANT_BUDGET']],
  uses: [
    [1, 'K_GRANT_USED_UP'],
    [0, 'K_GRANT_USED_UP'],
  ],
  auditor: [[address(0xa2), 'K_GRANT_AUDITOR']],
  validFrom: [[NOW + 121n, 'K_GRANT_NOT_YET_VALID']],
  expiresAt: [[NOW, 'K_GRANT_EXPIRED']],
  nonce: [[hex(0x0c), 'signed']],
};

/** A policy that was changed everywhere it is named, so that only its own rule can refuse. */
const policyMutations: Mutations<Policy> = {
  koinon: [['policy/2' as 'policy/1', 'K_GRANT_POLICY']],
  minGroupRows: [[5, 'K_GRANT_POLICY']],
  artefactClasses: [[['metrics'], 'K_POLICY_CLASS']],
  maxArtefactBytes: [[49_999, 'K_POLICY_SIZE']],
  maxTotalBytes: [[59_999, 'K_POLICY_SIZE']],
  token: [[address(0x71), 'K_GRANT_TOKEN']],
  amount: [[1_001n, 'K_GRANT_AMOUNT']],
  auditors: [[[address(0xa2)], 'K_GRANT_AUDITOR']],
  maxFuel: [[1e9 - 1, 'K_POLICY_FUEL']],
  maxRunMs: [[1, 'K_GRANT_POLICY']],
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
    for (const [value, code] of mutations[field]) {
      const changed = { ...base, [field]: value };
      if (code !== 'signed') refused(apply(changed), code, `${name}.${field}`);
      else if (whenSigned) refused(whenSigned.apply(changed), whenSigned.code, `${name}.${field}`);
    }
  }
}

describe('authorise', () => {
  it('allows what grant, policy, chain and order agree on, private or public', () => {
    assert.deepEqual(authorise(privateInput), { allow: true });
    assert.deepEqual(authorise(publicInput), { allow: true });
    const withModel = [{ name: 'model', source: { cid: otherProgram } }, source];
    assert.deepEqual(authorise(withManifest({ inputs: withModel })), { allow: true });
  });

  it('has a rule for every field there is: a new one fails here until it has one', () => {
    const fieldsOf = (type: 'Order' | 'Grant' | 'Offer') => typedData[type].map(field => field.name).sort();
    assert.deepEqual(Object.keys(manifestMutations).sort(), Object.keys(manifestSchema.shape).sort());
    assert.deepEqual(Object.keys(orderMutations).sort(), fieldsOf('Order'));
    assert.deepEqual(Object.keys(grantMutations).sort(), fieldsOf('Grant'));
    assert.deepEqual(Object.keys(offerMutations).sort(), fieldsOf('Offer'));
    assert.deepEqual(Object.keys(policyMutations).sort(), Object.keys(policySchema.shape).sort());
  });

  it('refuses a manifest with any field changed, even when the order is signed anew for it', () => {
    tryAll(
      'manifest',
      manifest,
      manifestMutations,
      changed => {
        try {
          return withManifest(changed);
        } catch {
          return { ...privateInput, manifest: changed };
        }
      },
      { code: 'K_ORDER_MANIFEST', apply: changed => ({ ...privateInput, manifest: changed }) },
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
    const named = (changed: Policy) => {
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
    tryAll('offer', offer, offerMutations, changed => ({ ...publicInput, offer: changed }));
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
    for (const key of ['grant', 'grantDigest', 'grantSigner', 'dataset', 'grantState', 'policy'] as const) {
      const { [key]: _, ...rest } = privateInput;
      refused(rest, 'K_GRANT_NEEDED', key);
    }
    const { offer: _, ...rest } = publicInput;
    refused(rest, 'K_OFFER_NONE', 'offer');
  });

  it('does not let a custodian audit itself', () => {
    const own: Policy = { ...policy, auditors: [custodian] };
    const digest = policyDigest(own);
    const input = {
      ...privateInput,
      policy: own,
      grant: { ...grant, policy: digest, auditor: custodian },
      dataset: { ...dataset, policyDigest: digest },
      order: { ...order, auditor: custodian },
    };
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
