import { type Deployment, type Hex, sha256, toHex, utf8, ZERO_ADDRESS } from '@koinon/protocol';
import {
  type AuditOptions,
  auditTerms,
  type CourtOptions,
  courtTerms,
  LOCAL_COURT,
} from '../deployment/courtTerms.ts';
import { closedError } from '../evm/rpc/failover.ts';
import { lower } from '../lower.ts';
import type { Chain, ChainEvent } from '../port/chain.ts';
import { memoryAudits } from './audits.ts';
import { memoryBeacon } from './beacon.ts';
import { memoryCourt } from './court/memoryCourt.ts';
import { memoryDatasets } from './datasets.ts';
import { memoryEscrow } from './escrow.ts';
import { blockOf, memoryLedger } from './ledger.ts';
import { memoryModels } from './models.ts';
import { noContracts } from './noContracts.ts';
import { memoryNodes } from './nodes.ts';
import { recoveredSigner, type SignatureCheck } from './signatureCheck.ts';
import { memoryTokens } from './tokens.ts';

export interface MemoryChainOptions {
  /** Decides every address of the deployment and every hash. */
  seed?: string;
  /** Unix seconds; a counter that only `advance` moves by default. */
  nowSeconds?: () => number;
  challengeWindowSeconds?: number;
  court?: CourtOptions;
  audits?: AuditOptions;
  /** Whether a statement was signed by whom it names; recovering the key by default. */
  check?: SignatureCheck;
  /** `each` (default): every write makes its own block at once. `manual`: writes wait for `mine`. */
  mining?: 'each' | 'manual';
}

export interface MemoryChain {
  deployment: Deployment;
  /** The chain as the account sees it; without one it can only be read. All share one state. */
  connect(account?: Hex): Chain;
  /** Gives the account tokens out of nothing; KOIN unless another token is named. */
  mint(account: Hex, amount: bigint, token?: Hex): void;
  /** Makes a block, with everything that waits in it. */
  mine(): void;
  /** Moves the chain's own clock and makes a block there. Only without `nowSeconds`. */
  advance(seconds: number): void;
}

const GENESIS_SECONDS = 1_700_000_000;

/**
 * The network's settlement in plain memory: same interface, same rules, same refusals as the contracts, for seeded
 * tests of many nodes in one process. `testing/compliance.ts` holds both sides together.
 */
export function memoryChain(options: MemoryChainOptions = {}): MemoryChain {
  const { seed = 'koinon', challengeWindowSeconds = 3_600, mining = 'each' } = options;
  let seconds = GENESIS_SECONDS;
  const nowSeconds = options.nowSeconds ?? (() => seconds);
  const named = (name: string) => toHex(sha256(utf8.encode(`${seed}\n${name}`)).subarray(0, 20));
  const deployment: Deployment = {
    koinon: 'deployment/3',
    chainId: 31_337,
    startBlock: 0,
    token: named('token'),
    nodes: named('nodes'),
    escrow: named('escrow'),
    datasets: named('datasets'),
    models: named('models'),
    beacon: named('beacon'),
    audits: named('audits'),
    court: named('court'),
    names: named('names'),
  };
  const [koin, check] = [deployment.token as Hex, options.check ?? recoveredSigner];
  const ledger = memoryLedger({ seed, nowSeconds, mining });
  const tokens = memoryTokens(ledger);
  const nodes = memoryNodes(ledger, tokens, {
    address: deployment.nodes as Hex,
    koin,
    challengeWindowSeconds,
  });
  const escrow = memoryEscrow(ledger, tokens, nodes, { domains: deployment, challengeWindowSeconds, check });
  const datasets = memoryDatasets(ledger, deployment, check);
  const beacon = memoryBeacon(ledger);
  const parts = { ledger, tokens, nodes, escrow, beacon, domains: deployment, koin, check };
  const audits = memoryAudits({
    ...parts,
    address: deployment.audits as Hex,
    terms: auditTerms(challengeWindowSeconds, options.audits),
  });
  const terms = courtTerms(challengeWindowSeconds, options.court ?? LOCAL_COURT);
  const court = memoryCourt({ ...parts, audits, address: deployment.court as Hex, terms });
  const models = memoryModels(ledger);
  const delays = {
    challengeWindowSeconds,
    unstakeSeconds: 3 * challengeWindowSeconds,
    closeSeconds: 2 * challengeWindowSeconds,
    court: terms,
  };

  function connect(given?: Hex): Chain {
    const account = given === undefined ? undefined : lower(given);
    const sender = account ?? ZERO_ADDRESS;
    const stops = new Set<() => void>();
    const closing = new AbortController();
    return {
      deployment,
      account,
      block: async tag => blockOf(ledger, tag),
      waitForBlock: (number, signal) => {
        const signals = [closing.signal, ...(signal === undefined ? [] : [signal])];
        return ledger.waitFor(number, AbortSignal.any(signals));
      },
      nodes: nodes.of(sender),
      escrow: escrow.of(sender),
      datasets: datasets.of(sender),
      models: models.of(sender),
      token: tokens.of(sender),
      beacon: beacon.of(sender),
      court: court.of(sender),
      audits: audits.of(sender),
      contracts: noContracts,
      delays: async () => delays,
      watch(handler: (event: ChainEvent) => void) {
        const stop = ledger.watch(handler);
        stops.add(stop);
        return () => {
          stops.delete(stop);
          stop();
        };
      },
      mined: async transaction => ledger.mined(lower(transaction)),
      async close() {
        closing.abort(closedError());
        for (const stop of stops) stop();
      },
    };
  }

  return {
    deployment,
    connect: account => connect(account),
    mint: (account, amount, token = deployment.token as Hex) => tokens.mint(token, account, amount),
    mine: () => ledger.mine(),
    advance(by) {
      seconds += by;
      ledger.mine();
    },
  };
}
