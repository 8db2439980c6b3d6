import type { EndpointFaults } from '../chain/endpointFaults.ts';
import type { Random } from '../loop/random.ts';
import type { Fault, FaultKind } from './fault.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** How often each kind comes in a story that has it, at most, and how long it lasts. */
const kinds: { [K in FaultKind]: { most: number; fromMs: number; toMs: number } } = {
  death: { most: 6, fromMs: SECOND, toMs: 2 * MINUTE },
  outage: { most: 1, fromMs: 2 * MINUTE, toMs: 60 * MINUTE },
  power: { most: 3, fromMs: SECOND, toMs: 2 * MINUTE },
  'full disk': { most: 2, fromMs: 5 * SECOND, toMs: 5 * MINUTE },
  clock: { most: 3, fromMs: 0, toMs: 1 },
  endpoint: { most: 6, fromMs: 5 * SECOND, toMs: 10 * MINUTE },
  partition: { most: 3, fromMs: 5 * SECOND, toMs: 10 * MINUTE },
  loss: { most: 2, fromMs: 5 * SECOND, toMs: 10 * MINUTE },
  reorganisation: { most: 4, fromMs: 0, toMs: 1 },
};

/** Half of the kinds are in a story, so that some stories have much of little. */
const HAS_KIND_PPM = 500_000;

/** Draws what goes wrong among those of these names within a span; the same list for the same stream. In order of time. */
export function drawFaults(
  random: Random,
  { names, spanMs, confirmations }: { names: readonly string[]; spanMs: number; confirmations: number },
): Fault[] {
  const faults: Fault[] = [];
  for (const kind of Object.keys(kinds) as FaultKind[]) {
    const draws = random.of(kind);
    if (!draws.happens(HAS_KIND_PPM)) continue;
    const { most, fromMs, toMs } = kinds[kind];
    for (let left = 1 + draws.below(most); left > 0; left--) {
      const when = { atMs: draws.below(spanMs), durationMs: fromMs + draws.below(toMs - fromMs) };
      faults.push({ ...when, ...drawOne(kind, draws, names, confirmations) } as Fault);
    }
  }
  return faults.sort((a, b) => a.atMs - b.atMs);
}

function drawOne(kind: FaultKind, draws: Random, names: readonly string[], confirmations: number): object {
  const subject = draws.pick(names);
  switch (kind) {
    case 'death':
      return { kind, subject, writes: draws.below(40) };
    case 'clock':
      return { kind, subject, aheadMs: draws.below(10_001) - 5_000 };
    case 'endpoint':
      return { kind, subject, faults: drawEndpoint(draws) };
    case 'partition':
      return { kind, subject: 'the network', groups: drawGroups(draws, names) };
    case 'loss':
      return { kind, subject: 'the network', ppm: 1_000 * (1 + draws.below(100)) };
    case 'reorganisation':
      return {
        kind,
        subject: 'the chain',
        depth: 1 + draws.below(confirmations - 1),
        loses: draws.happens(300_000),
      };
    default:
      return { kind, subject };
  }
}

function drawEndpoint(draws: Random): EndpointFaults {
  const kind = draws.below(8);
  if (kind === 0) return { isDown: true };
  if (kind === 1) return { lostPpm: 10_000 * (1 + draws.below(20)) };
  if (kind === 2) return { failsPpm: 10_000 * (1 + draws.below(30)) };
  if (kind === 3) return { lateMs: [100, 1_000 * (1 + draws.below(8))] };
  if (kind === 4) return { behindBlocks: 1 + draws.below(10) };
  if (kind === 5) return { aheadBlocks: 1 + draws.below(5) };
  if (kind === 6) return { dropsPpm: 100_000 * (1 + draws.below(5)) };
  return { isBlindToWaiting: true };
}

/** Two groups, neither of them empty. */
function drawGroups(draws: Random, names: readonly string[]): string[][] {
  const [alone] = [draws.pick(names)];
  const groups: [string[], string[]] = [[alone], []];
  const others = names.filter(name => name !== alone);
  const safe = draws.pick(others);
  for (const name of others) groups[name !== safe && draws.happens(500_000) ? 0 : 1].push(name);
  return groups;
}
