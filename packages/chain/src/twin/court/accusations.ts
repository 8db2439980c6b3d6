import { type ExecutionOpening, type Hex, logEntryTypes, type Signed, ZERO_32 } from '@koinon/protocol';
import { refusal } from '../../evm/transactions/revert.ts';
import { lower } from '../../lower.ts';
import type { Court, Ground } from '../../port/court.ts';
import type { WriteOptions } from '../../port/transaction.ts';
import { entryHash, rootFromInclusion } from '../rfc6962.ts';
import { type Bench, type Hearing, mismatch, requireOpening } from './bench.ts';

type Accusations = Pick<
  Court,
  | 'accuseReceipts'
  | 'accuseOmittedReceipt'
  | 'accuseOmittedReport'
  | 'accuseMisplacedReceipt'
  | 'accuseHeads'
  | 'accuseHead'
  | 'accuseReport'
  | 'accuseByArithmetic'
>;

/** Evidence that decides at once (Equivocation.sol). */
export function accusations(bench: Bench, account: Hex): Accusations {
  const { ledger, nodes, check, digest } = bench;

  function decide(hearing: Hearing, accused: Hex, statement: Hex, ground: Ground, doing: string): void {
    bench.requireUndecided(statement, doing);
    bench.convict(hearing, { accused, statement, ground, accuser: hearing.by, bountyTo: hearing.by });
    bench.enforce(hearing, accused, statement);
  }

  async function omitted(
    statement: Hex,
    signature: Hex,
    signer: Hex,
    { logIndex, anchorBy }: { logIndex: bigint; anchorBy: bigint },
    doing: string,
    options?: WriteOptions,
  ) {
    const isSigned = await check(statement, signature, signer);
    return ledger.run(account, options, (place, tell) => {
      bench.requireSigned(isSigned, statement, signer, doing);
      if (BigInt(place.timestamp) <= anchorBy)
        throw refusal('NotNow', { from: anchorBy + 1n, until: 2n ** 256n - 1n }, doing);
      if (nodes.logSize(signer) > logIndex) throw refusal('NoContradiction', {}, doing);
      decide({ place, tell, by: account }, signer, statement, 'omission', doing);
    });
  }

  async function headSigned(head: Signed<'LogHead'>): Promise<{ id: Hex; isSigned: boolean }> {
    const id = digest('LogHead', head.message);
    return { id, isSigned: await check(id, head.signature, lower(head.message.node)) };
  }

  return {
    async accuseReceipts(a, b, options) {
      const doing = 'the accusation of two receipts';
      const [first, second] = [a.receipt.message, b.receipt.message];
      const both = [digest('Receipt', first), digest('Receipt', second)] as const;
      const accused = lower(first.provider);
      const signed = await Promise.all(
        [a, b].map(({ receipt }, i) => check(both[i]!, receipt.signature, accused)),
      );
      return ledger.run(account, options, (place, tell) => {
        if (lower(second.provider) !== accused) throw mismatch('provider', doing);
        if (lower(first.manifest) !== lower(second.manifest)) throw mismatch('manifest', doing);
        requireOpening(first.execution, a.opening, doing);
        requireOpening(second.execution, b.opening, doing);
        if (sayTheSame(a.opening, b.opening)) throw refusal('NoContradiction', {}, doing);
        for (const [i, isSigned] of signed.entries()) bench.requireSigned(isSigned, both[i]!, accused, doing);
        // Planted faults differ from what is right by their very purpose.
        if (both.some(statement => bench.planted.has(statement))) throw refusal('NoContradiction', {}, doing);
        const fresh = both.filter(statement => bench.ground(statement) === undefined);
        if (fresh[0] === undefined) throw refusal('AlreadyRaised', { id: both[0] }, doing);
        const hearing = { place, tell, by: account };
        bench.convict(hearing, {
          accused,
          statement: fresh[0],
          ground: 'receipts',
          accuser: account,
          bountyTo: account,
        });
        if (fresh[1] === undefined) return;
        bench.find(fresh[1], 'receipts');
        bench.enter(hearing, {
          what: 'convicted',
          id: ZERO_32,
          who: account,
          accused,
          details: { accused, statement: fresh[1], ground: 'receipts', slashed: '0' },
        });
      });
    },
    accuseOmittedReceipt: ({ message, signature }, options) =>
      omitted(
        digest('Receipt', message),
        signature,
        lower(message.provider),
        message,
        'the accusation of omitting a receipt',
        options,
      ),
    accuseOmittedReport: ({ message, signature }, options) =>
      omitted(
        digest('AuditReport', message),
        signature,
        lower(message.auditor),
        message,
        'the accusation of omitting a report',
        options,
      ),
    async accuseMisplacedReceipt({ message, signature }, { entryType, digest: found, place: at }, options) {
      const doing = 'the accusation of misplacing a receipt';
      const statement = digest('Receipt', message);
      const accused = lower(message.provider);
      const isSigned = await check(statement, signature, accused);
      return ledger.run(account, options, (place, tell) => {
        bench.requireSigned(isSigned, statement, accused, doing);
        if (entryType === logEntryTypes.Receipt && lower(found) === statement)
          throw refusal('NoContradiction', {}, doing);
        const anchor = nodes.anchorAt(accused, at.anchorIndex, doing);
        const leaf = entryHash(entryType, found, at.leafSalt);
        const where = { index: message.logIndex, size: anchor.size, path: at.path };
        if (rootFromInclusion(leaf, where, doing) !== anchor.root) throw mismatch('place', doing);
        decide({ place, tell, by: account }, accused, statement, 'misplaced', doing);
      });
    },
    async accuseHeads(a, b, options) {
      const doing = 'the accusation of two log heads';
      const accused = lower(a.message.node);
      const [first, second] = [await headSigned(a), await headSigned(b)];
      return ledger.run(account, options, (place, tell) => {
        if (lower(b.message.node) !== accused) throw mismatch('node', doing);
        if (a.message.size !== b.message.size) throw mismatch('size', doing);
        if (lower(a.message.root) === lower(b.message.root)) throw refusal('NoContradiction', {}, doing);
        for (const { id, isSigned } of [first, second]) bench.requireSigned(isSigned, id, accused, doing);
        decide({ place, tell, by: account }, accused, first.id, 'fork', doing);
      });
    },
    async accuseHead(head, anchorIndex, options) {
      const doing = 'the accusation of a log head';
      const accused = lower(head.message.node);
      const { id, isSigned } = await headSigned(head);
      return ledger.run(account, options, (place, tell) => {
        bench.requireSigned(isSigned, id, accused, doing);
        const anchor = nodes.anchorAt(accused, anchorIndex, doing);
        if (anchor.size !== head.message.size) throw mismatch('size', doing);
        if (anchor.root === lower(head.message.root)) throw refusal('NoContradiction', {}, doing);
        decide({ place, tell, by: account }, accused, id, 'fork', doing);
      });
    },
    async accuseReport({ message, signature }, receipt, options) {
      const doing = 'the accusation of a report';
      const statement = digest('AuditReport', message);
      const accused = lower(message.auditor);
      const isSigned = await check(statement, signature, accused);
      return ledger.run(account, options, (place, tell) => {
        bench.requireSigned(isSigned, statement, accused, doing);
        const about = digest('Receipt', receipt);
        if (lower(message.receipt) !== about) throw mismatch('receipt', doing);
        if (message.verdict !== 1 || !bench.refuted.has(about)) throw refusal('NoContradiction', {}, doing);
        decide({ place, tell, by: account }, accused, statement, 'report', doing);
      });
    },
    async accuseByArithmetic({ message, signature }, opening, _evidence, options) {
      const doing = 'the accusation by arithmetic';
      const statement = digest('Receipt', message);
      const accused = lower(message.provider);
      const isSigned = await check(statement, signature, accused);
      return ledger.run(account, options, () => {
        bench.requireSigned(isSigned, statement, accused, doing);
        requireOpening(message.execution, opening, doing);
        throw refusal('NoContradiction', {}, doing);
      });
    },
  };
}

/** Whether two openings say the same of one manifest; their salts may differ. */
function sayTheSame(a: ExecutionOpening, b: ExecutionOpening): boolean {
  return (
    a.exitCode === b.exitCode &&
    a.fuel === b.fuel &&
    lower(a.rawOutput) === lower(b.rawOutput) &&
    lower(a.trace) === lower(b.trace)
  );
}
