import type { TypedTransaction } from '@ethereumjs/tx';
import { RpcAnswerError } from '@koinon/chain';
import type { Hex } from '@koinon/protocol';

/** A transaction that is signed, and waits or has a block. */
export interface Sent {
  transaction: TypedTransaction;
  hash: Hex;
  sender: Hex;
  nonce: bigint;
  /** Most that it pays for a unit of gas. */
  feeWei: bigint;
}

/** Transactions that wait for a block, in the order in which they came. */
export interface Pool {
  all(): readonly Sent[];
  /** Takes one in, in the place of a rival where it pays a tenth more. Throws `RpcAnswerError` in the words of other nodes. */
  admit(sent: Sent): void;
  /** Puts back what a block held that is gone, before all others but for those that took its place. */
  putBack(sent: readonly Sent[]): void;
  remove(hashes: ReadonlySet<Hex>): void;
  /** The nonce after those that wait in an unbroken row from `nonce` on. */
  nextNonce(sender: Hex, nonce: bigint): bigint;
}

export function pool(): Pool {
  let waiting: Sent[] = [];
  const rivalOf = ({ sender, nonce }: Sent) =>
    waiting.findIndex(other => other.sender === sender && other.nonce === nonce);

  return {
    all: () => waiting,
    admit(sent) {
      const at = rivalOf(sent);
      const rival = waiting[at];
      if (rival === undefined) return void waiting.push(sent);
      if (rival.hash === sent.hash) throw new RpcAnswerError(-32000, 'already known');
      if (sent.feeWei * 10n < rival.feeWei * 11n) {
        throw new RpcAnswerError(-32000, 'replacement transaction underpriced');
      }
      waiting[at] = sent;
    },
    putBack(sent) {
      waiting = [...sent.filter(one => rivalOf(one) < 0), ...waiting];
    },
    remove(hashes) {
      if (hashes.size > 0) waiting = waiting.filter(({ hash }) => !hashes.has(hash));
    },
    nextNonce(sender, nonce) {
      const nonces = new Set(waiting.filter(one => one.sender === sender).map(one => one.nonce));
      while (nonces.has(nonce)) nonce++;
      return nonce;
    },
  };
}
