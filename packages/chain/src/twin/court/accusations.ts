import { type Hex, type LogHead, logEntryTypes, type Signed } from '@koinon/protocol';
import type { Court, Ground } from '../../court.ts';
import type { WriteOptions } from '../../interfaces.ts';
import { lower } from '../../lower.ts';
import { refusal } from '../../transactions/revert.ts';
import { entryHash, rootFromInclusion } from '../rfc6962.ts';
import { type Bench, type Hearing, mismatch, NO_ID, requireOpening, sayTheSame } from './bench.ts';

type Accusations = Pick<
  Court,
  | 'accuseReceipts'
  | 'accuseOmittedReceipt'
  | 'accuseOmittedReport'
  | 'accuseMisplacedReceipt'
  | 'accuseHeads'
  | 'accuseHead'
  | 'accuseReport'
>;

/** Evidence that decides at once. */
export function accusations(bench: Bench, account: Hex): Accusations {
  const { ledger, nodes, terms, check, digest } = bench;

  const requireSigned = (ok: boolean, of: Hex, signer: Hex, doing: string): void => {
    if (!ok) throw refusal('BadSignature', { digest: of, signer: lower(signer) }, doing);
  };

  /** Slashes who signed the statements; refuses when nothing new is among them. */
  function convict(accused: Hex, statements: Hex[], ground: Ground, hearing: Hearing, doing: string): void {
    const fresh = statements.filter(statement => bench.ground(statement) === undefined);
    if (fresh.length === 0) throw refusal('AlreadyRaised', { id: statements[0] }, doing);
    for (const statement of fresh) bench.find(statement, ground);
    const slashed = bench.slashAll(accused, 0n, hearing);
    const bounty = slashed < terms.bounty ? slashed : terms.bounty;
    bench.owe(bench.koin, account, bounty);
    bench.burn(slashed - bounty);
    for (const [i, statement] of fresh.entries()) {
      bench.enter(hearing, {
        what: 'convicted',
        id: NO_ID,
        who: account,
        accused,
        details: { accused, statement, ground, slashed: String(i === 0 ? slashed : 0n) },
      });
    }
  }

  /** Signed long enough ago that its log must hold it, and not so long ago that its signer may be gone. */
  function requireHeard(anchorBy: bigint, timestamp: number, from: bigint, doing: string): void {
    const deadline = anchorBy + BigInt(terms.evidenceSeconds);
    if (BigInt(timestamp) >= deadline) throw refusal('TooOld', { deadline }, doing);
    if (BigInt(timestamp) < from) throw refusal('NotNow', { from, until: deadline }, doing);
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
      requireSigned(isSigned, statement, signer, doing);
      requireHeard(anchorBy, place.timestamp, anchorBy + 1n, doing);
      if (nodes.logSize(signer) > logIndex) throw refusal('NoContradiction', {}, doing);
      convict(signer, [statement], 'omission', { place, tell }, doing);
    });
  }

  function headSigned(head: Signed<'LogHead'>): { id: Hex; isSigned: boolean | Promise<boolean> } {
    const id = digest('LogHead', head.message);
    return { id, isSigned: check(id, head.signature, lower(head.message.node)) };
  }

  const differ = (a: Pick<LogHead, 'size' | 'root'>, b: Pick<LogHead, 'size' | 'root'>) =>
    a.size === b.size && lower(a.root) !== lower(b.root);

  return {
    async accuseReceipts(a, b, options) {
      const doing = 'the accusation of two receipts';
      const both = [a, b].map(({ receipt }) => digest('Receipt', receipt.message));
      const accused = lower(a.receipt.message.provider);
      const signed = await Promise.all(
        [a, b].map(({ receipt }, i) => check(both[i]!, receipt.signature, accused)),
      );
      return ledger.run(account, options, (place, tell) => {
        for (const [i, isSigned] of signed.entries()) requireSigned(isSigned, both[i]!, accused, doing);
        const [first, second] = [a.receipt.message, b.receipt.message];
        if (lower(second.provider) !== accused) throw mismatch('provider', doing);
        if (lower(first.manifest) !== lower(second.manifest)) throw mismatch('manifest', doing);
        requireOpening(first.execution, a.opening, doing);
        requireOpening(second.execution, b.opening, doing);
        if (sayTheSame(a.opening, b.opening)) throw refusal('NoContradiction', {}, doing);
        convict(accused, both, 'receipts', { place, tell }, doing);
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
    async accuseMisplacedReceipt({ message, signature }, found, options) {
      const doing = 'the accusation of misplacing a receipt';
      const statement = digest('Receipt', message);
      const accused = lower(message.provider);
      const isSigned = await check(statement, signature, accused);
      return ledger.run(account, options, (place, tell) => {
        requireSigned(isSigned, statement, accused, doing);
        requireHeard(message.anchorBy, place.timestamp, 0n, doing);
        const { entryType, place: at } = found;
        if (entryType === logEntryTypes.Receipt && lower(found.digest) === statement)
          throw refusal('NoContradiction', {}, doing);
        const anchor = nodes.anchorAt(accused, at.anchorIndex, doing);
        const leaf = entryHash(entryType, found.digest, at.leafSalt);
        const root = rootFromInclusion(
          leaf,
          { index: message.logIndex, size: anchor.size, path: at.path },
          doing,
        );
        if (root !== anchor.root) throw mismatch('place', doing);
        convict(accused, [statement], 'misplaced', { place, tell }, doing);
      });
    },
    async accuseHeads(a, b, options) {
      const doing = 'the accusation of two log heads';
      const accused = lower(a.message.node);
      const [first, second] = [headSigned(a), headSigned(b)];
      const signed = [await first.isSigned, await second.isSigned];
      return ledger.run(account, options, (place, tell) => {
        if (lower(b.message.node) !== accused) throw mismatch('node', doing);
        requireSigned(signed[0]!, first.id, accused, doing);
        requireSigned(signed[1]!, second.id, accused, doing);
        if (!differ(a.message, b.message)) throw refusal('NoContradiction', {}, doing);
        convict(accused, [first.id, second.id], 'fork', { place, tell }, doing);
      });
    },
    async accuseHead(head, anchorIndex, options) {
      const doing = 'the accusation of a log head';
      const accused = lower(head.message.node);
      const { id, isSigned } = headSigned(head);
      const ok = await isSigned;
      return ledger.run(account, options, (place, tell) => {
        requireSigned(ok, id, accused, doing);
        const anchor = nodes.anchorAt(accused, anchorIndex, doing);
        if (!differ(head.message, anchor)) throw refusal('NoContradiction', {}, doing);
        convict(accused, [id], 'fork', { place, tell }, doing);
      });
    },
    async accuseReport({ message, signature }, receipt, options) {
      const doing = 'the accusation of a report';
      const statement = digest('AuditReport', message);
      const accused = lower(message.auditor);
      const isSigned = await check(statement, signature, accused);
      return ledger.run(account, options, (place, tell) => {
        requireSigned(isSigned, statement, accused, doing);
        const about = digest('Receipt', receipt);
        if (lower(message.receipt) !== about) throw mismatch('receipt', doing);
        const ground = bench.ground(about);
        const isRefuted = ground === 'jury' || ground === 'arithmetic';
        const agrees = message.verdict === 1 && lower(message.execution) === lower(receipt.execution);
        if (!isRefuted || !agrees) throw refusal('NoContradiction', {}, doing);
        convict(accused, [statement], 'report', { place, tell }, doing);
      });
    },
  };
}
