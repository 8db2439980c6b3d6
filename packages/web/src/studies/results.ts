import type {
  Audit,
  Hex,
  Inclusion,
  Opening,
  OutputFile,
  Policy,
  Signed,
  Transaction,
} from '../api/answers.ts';
import type { StepKind } from './timeline.ts';

/** What each kind of step leaves behind (`packages/node/src/request/performJob.ts` and `studies/`). */
export interface StepResults {
  dataset: {
    id: string;
    name: string;
    custodian: Hex;
    owner: Hex;
    contentRoot: Hex;
    metadata: string;
    policy: Policy;
    publicTable?: string;
    target?: string;
  };
  draft: { manifest: string; digest: Hex };
  manifest: { manifest: string; digest: Hex };
  'permission.asked': { request: Signed; digest: Hex; manifest: string };
  'permission.given': { grant: Signed; digest: Hex };
  channel: {
    channel: Hex;
    params: { payer: Hex; payee: Hex; token: Hex; signer: Hex; number: string; coverage: string };
    transaction?: Hex;
  };
  order: { digest: Hex; order: Signed; manifest: string };
  receipt: {
    digest: Hex;
    receipt: Signed;
    leafSalt: Hex;
    outputs: (OutputFile & { cid: string })[];
    verdict?: string;
    opening?: Opening;
  };
  anchor: Inclusion;
  audit: { audits: Audit[] };
  fetch: { files: number };
  voucher: { voucher?: Signed; amount: string };
  /** `numbers`: how many the gate rebuilt it from. `bits`: most that the training told. */
  model: { model: string; size: number; numbers?: number; bits?: number };
  evaluator: { provider: Hex; token: Hex; maxAmount: string; offersSeen: number };
  provider: StepResults['evaluator'];
  passport: { passport: string };
  registered: Transaction;
  served: { name: string; version: number };
}

/** The result of a step as its kind has it. */
export function resultOf<K extends StepKind>(_kind: K, result: unknown): StepResults[K] {
  return result as StepResults[K];
}
