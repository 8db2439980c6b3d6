import { type Fault, type Hex, KoinonError } from '@koinon/protocol';
import type { RemoteErrorRecord } from './frame.ts';

/**
 * Whose fault it is, seen from here. What the other machine or its code got wrong is the peer's; what it says
 * about our request or the chain stays as it said.
 */
const faultFromHere: Record<Fault, Fault> = {
  user: 'user',
  peer: 'peer',
  chain: 'chain',
  platform: 'peer',
  bug: 'peer',
};

/** The error that another node answered, as ours; `data.remote` says who answered and its own view of the fault. */
export function errorFromRemote(record: RemoteErrorRecord, operator: Hex): KoinonError {
  return new KoinonError({
    code: record.code as `K_${string}`,
    message: printable(record.message),
    fault: faultFromHere[record.fault],
    data: { ...record.data, remote: { operator, fault: record.fault } },
    ...(record.next === undefined ? {} : { next: printable(record.next) }),
  });
}

/** What a caller may hear of an error of ours. Anything not foreseen stays at home. */
export function errorForRemote(error: unknown): RemoteErrorRecord {
  if (!(error instanceof KoinonError) || error.code === 'K_UNEXPECTED') {
    return {
      code: 'K_PEER_FAILED',
      message: 'The node failed to handle the request; its operator finds the reason in its log.',
      fault: 'bug',
      data: {},
    };
  }
  const { code, message, fault, data, next } = error.toJSON();
  const record = { code, message: message.slice(0, 2000), fault, data };
  return next === undefined ? record : { ...record, next: next.slice(0, 1000) };
}

/** A stranger's text is shown on terminals and pages: control and direction characters become spaces. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}
