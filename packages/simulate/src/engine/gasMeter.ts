import type { Chain, Court } from '@koinon/chain';
import type { Hex } from '@koinon/protocol';

/** Gas of an action on chain: the name of its line in contracts/gas-snapshot.json, or a budget where it has none yet. */
export type GasTable = ReadonlyMap<string, number>;

/** Lines of the snapshot by what a node does, with the budget of the issue where nothing is measured. */
const lines: Record<string, { lines: string[]; budget: number }> = {
  anchor: { lines: ['anchor a log'], budget: 45_000 },
  accuse: { lines: ['accuse a step', 'accuse'], budget: 400_000 },
  accuseHead: { lines: ['accuse a head', 'accuse heads'], budget: 150_000 },
  accuseHeads: { lines: ['accuse two heads', 'accuse heads'], budget: 150_000 },
  accuseReceipts: { lines: ['accuse receipts'], budget: 150_000 },
  accuseOmittedReceipt: { lines: ['accuse an omitted receipt'], budget: 150_000 },
  accuseOmittedReport: { lines: ['accuse an omitted report'], budget: 150_000 },
  accuseMisplacedReceipt: { lines: ['accuse a misplaced receipt'], budget: 150_000 },
  accuseReport: { lines: ['accuse a report'], budget: 150_000 },
  demand: { lines: ['demand'], budget: 150_000 },
  demandReport: { lines: ['demand a report'], budget: 200_000 },
  demandConsistency: { lines: ['demand consistency'], budget: 150_000 },
  answerInclusion: { lines: ['answer a demand'], budget: 80_000 },
  answerOpening: { lines: ['answer a demand'], budget: 80_000 },
  answerTrace: { lines: ['answer a demand'], budget: 80_000 },
  answerReport: { lines: ['answer a demand'], budget: 80_000 },
  answerConsistency: { lines: ['answer a demand'], budget: 80_000 },
  closeDemand: { lines: ['close a demand'], budget: 130_000 },
  sealVote: { lines: ['seal a vote'], budget: 55_000 },
  openVote: { lines: ['open a vote'], budget: 55_000 },
  openSeal: { lines: ['open a seal'], budget: 50_000 },
  appeal: { lines: ['appeal'], budget: 130_000 },
  resolve: { lines: ['resolve'], budget: 130_000 },
  enforce: { lines: ['enforce'], budget: 100_000 },
  plead: { lines: ['plead'], budget: 90_000 },
  settleVote: { lines: ['settle a vote'], budget: 60_000 },
  commitPlants: { lines: ['commit plants'], budget: 90_000 },
  revealPlant: { lines: ['reveal a plant'], budget: 80_000 },
};

export interface GasMeter {
  /** Notes one action, about that node. */
  note(action: string, accused: Hex | undefined): void;
  /** Gas of everything the court did about a node. */
  about(accused: Hex): bigint;
  total(): bigint;
  counts: Map<string, number>;
}

/** Reads the committed snapshot; missing lines fall back to budgets, whose names come back in `estimated`. */
export function gasMeter(snapshot: Readonly<Record<string, number>>): GasMeter & { estimated: string[] } {
  const gasOf = (action: string): number => {
    const known = lines[action];
    const line = known?.lines.find(name => snapshot[name] !== undefined);
    return line === undefined ? (known?.budget ?? 100_000) : snapshot[line]!;
  };
  const byAccused = new Map<Hex, bigint>();
  const counts = new Map<string, number>();
  let total = 0n;
  return {
    counts,
    estimated: Object.keys(lines).filter(name =>
      lines[name]!.lines.every(line => snapshot[line] === undefined),
    ),
    note(action, accused) {
      const gas = BigInt(gasOf(action));
      total += gas;
      counts.set(action, (counts.get(action) ?? 0) + 1);
      if (accused) byAccused.set(accused, (byAccused.get(accused) ?? 0n) + gas);
    },
    about: accused => byAccused.get(accused) ?? 0n,
    total: () => total,
  };
}

export type CourtWrite = keyof Court;
export type { Chain };
