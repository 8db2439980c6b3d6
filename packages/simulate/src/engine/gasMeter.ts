import type { Hex } from '@koinon/protocol';

/** Which line of the snapshot an action is, with the budget of the issue while nothing is measured. */
const lines: Record<string, { line: RegExp; budget: number }> = {
  anchor: { line: /^anchor a log$/, budget: 45_000 },
  accuse: { line: /^accuse.*step/, budget: 400_000 },
  accuseHead: { line: /^accuse.*head/, budget: 150_000 },
  accuseHeads: { line: /^accuse.*heads/, budget: 150_000 },
  accuseReceipts: { line: /^accuse.*receipts|^accuse.*equivocation/, budget: 150_000 },
  accuseOmittedReceipt: { line: /^accuse.*(omi|omission)/, budget: 150_000 },
  accuseOmittedReport: { line: /^accuse.*(omi|omission)/, budget: 150_000 },
  accuseMisplacedReceipt: { line: /^accuse.*misplac/, budget: 150_000 },
  accuseReport: { line: /^accuse.*report/, budget: 150_000 },
  demand: { line: /^demand/, budget: 150_000 },
  demandReport: { line: /^demand.*report/, budget: 200_000 },
  demandConsistency: { line: /^demand.*consistency/, budget: 150_000 },
  answerInclusion: { line: /^answer.*(inclusion|place)/, budget: 80_000 },
  answerOpening: { line: /^answer.*opening/, budget: 80_000 },
  answerTrace: { line: /^answer.*(trace|step)/, budget: 80_000 },
  answerReport: { line: /^answer.*report/, budget: 80_000 },
  answerConsistency: { line: /^answer.*consistency/, budget: 80_000 },
  closeDemand: { line: /^close a demand/, budget: 130_000 },
  sealVote: { line: /^seal a vote|^commit.*vote/, budget: 55_000 },
  openVote: { line: /^open a vote|^reveal.*vote/, budget: 55_000 },
  openSeal: { line: /^open.*seal/, budget: 50_000 },
  appeal: { line: /^appeal/, budget: 130_000 },
  resolve: { line: /^resolve/, budget: 130_000 },
  enforce: { line: /^enforce/, budget: 100_000 },
  settleVote: { line: /^settle.*vote/, budget: 60_000 },
  plead: { line: /^plead/, budget: 90_000 },
  commitPlants: { line: /^commit to planted/, budget: 150_000 },
  revealPlant: { line: /^reveal a planted/, budget: 105_000 },
  closePlants: { line: /^close planted/, budget: 50_000 },
};

export interface GasMeter {
  /** Notes one action, about that node. */
  note(action: string, accused: Hex | undefined): void;
  /** Gas of everything the court did about a node. */
  about(accused: Hex): bigint;
  total(): bigint;
  counts: Map<string, number>;
}

/** Gas by the committed snapshot, by budget where it has no line for an action. */
export function gasMeter(snapshot: Readonly<Record<string, number>>): GasMeter {
  const known = new Map<string, number>();
  for (const [action, { line, budget }] of Object.entries(lines)) {
    const found = Object.keys(snapshot).find(name => line.test(name));
    known.set(action, found === undefined ? budget : snapshot[found]!);
  }
  const gasOf = (action: string): number => known.get(action) ?? 100_000;
  const byAccused = new Map<Hex, bigint>();
  const counts = new Map<string, number>();
  let total = 0n;
  return {
    counts,
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
