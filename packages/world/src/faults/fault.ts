import type { EndpointFaults } from '../chain/endpointFaults.ts';

/** One thing that goes wrong: when it begins after the story does, whom it befalls, and for how long. */
export type Fault = { atMs: number; durationMs: number } & (
  | { kind: 'death'; subject: string; writes: number }
  | { kind: 'outage'; subject: string }
  | { kind: 'power'; subject: string }
  | { kind: 'full disk'; subject: string }
  | { kind: 'clock'; subject: string; aheadMs: number }
  | { kind: 'endpoint'; subject: string; faults: EndpointFaults }
  | { kind: 'partition'; subject: string; groups: readonly (readonly string[])[] }
  | { kind: 'loss'; subject: string; ppm: number }
  | { kind: 'reorganisation'; subject: string; depth: number; loses: boolean }
);

export type FaultKind = Fault['kind'];

/** One fault in words: `at 12:03 alder is without power for 40 s`. */
export function faultInWords(fault: Fault): string {
  const { subject, durationMs } = fault;
  const lasting =
    durationMs < 120_000 ? `${Math.round(durationMs / 1_000)} s` : `${Math.round(durationMs / 60_000)} min`;
  switch (fault.kind) {
    case 'death':
      return `${subject} is to die after ${fault.writes} more writes, for ${lasting}`;
    case 'outage':
      return `${subject} dies, and is away for ${lasting}`;
    case 'power':
      return `${subject} is without power for ${lasting}`;
    case 'full disk':
      return `the disk of ${subject} is full for ${lasting}`;
    case 'clock':
      return `the clock of ${subject} is ${Math.abs(fault.aheadMs)} ms ${fault.aheadMs < 0 ? 'behind' : 'ahead'} from its next start`;
    case 'endpoint':
      return `the chain's endpoint of ${subject} misbehaves for ${lasting}: ${JSON.stringify(fault.faults)}`;
    case 'partition':
      return `the network falls apart for ${lasting}: ${fault.groups.map(group => group.join(', ')).join(' | ')}`;
    case 'loss':
      return `of a thousand messages ${fault.ppm / 1_000} are lost for ${lasting}`;
    case 'reorganisation':
      return `the chain takes ${fault.depth} blocks back${fault.loses ? ' and forgets what was in them' : ''}`;
  }
}
