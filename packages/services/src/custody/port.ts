import type { Dossier, GateTerms, PrivateRows } from '@koinon/kernel';
import type { AuthoriseInput, ChargedBits } from '@koinon/privacy';
import type { Hex, Signed } from '@koinon/protocol';

/** What the rule that authorises an order has to know of its grant. */
export type GrantFacts = Pick<
  AuthoriseInput,
  'grant' | 'grantDigest' | 'grantSigner' | 'grantState' | 'policy' | 'description' | 'dataset'
>;

/** A dataset as a job on it knows it. */
export type Custody = GateTerms & PrivateRows;

/** What work is told of the datasets in this node's custody. */
export interface CustodyPort {
  /** What chain, books and signature say of a grant that an order is placed under. */
  factsOf(grant: Signed<'Grant'>, order: Hex): Promise<GrantFacts>;
  /** Bits charged before on the grant's dataset, without the order. */
  charged(grant: Signed<'Grant'>, order: Hex): ChargedBits;
  /** Charges a use of the grant to the order, once; in the same breath as it is allowed. */
  charge(grant: Signed<'Grant'>, order: Hex): void;
  /** What a job under the grant works with; undefined where its dataset is not here. */
  custodyOf(grant: Signed<'Grant'>): Promise<Custody | undefined>;
  /** What opens the rows to the auditor whom the grant names. */
  openingOf(grant: Signed<'Grant'>): Pick<Dossier, 'content' | 'policy' | 'metadata'>;
}
