import { allocate } from "../shared/memory";
import { Predictions } from "./predictions";

/** Area under the ROC curve over chosen rows, by the Mann-Whitney statistic with ties counted half. */
export class RocAuc {
  private keys: usize;
  private sorted: usize;
  private counts: usize = allocate(256 << 2);

  constructor(
    private predictions: Predictions,
    private truth: usize,
  ) {
    this.keys = allocate(<usize>predictions.rows << 2);
    this.sorted = allocate(<usize>predictions.rows << 2);
  }

  /** The class against the rest; NaN where all rows or none have it. Rows of an unknown class are left out. */
  oneClass(k: i32, rows: usize, count: i32): f64 {
    let known = 0;
    let positives: f64 = 0;
    for (let i = 0; i < count; i++) {
      const row = load<i32>(rows + (<usize>i << 2));
      const label = load<i32>(this.truth + (<usize>row << 2));
      if (label < 0) continue;
      const isPositive: u32 = label == k ? 1 : 0;
      positives += isPositive;
      // Bits of floats from 0 to 1 rise with the value and leave two bits free; the lowest marks a positive.
      const bits = reinterpret<u32>(this.predictions.probability(row, k) + 0);
      store<u32>(this.keys + (<usize>known << 2), (bits << 1) | isPositive);
      known++;
    }
    const negatives = <f64>known - positives;
    if (positives == 0 || negatives == 0) return NaN;
    this.sort(known);

    let wins: f64 = 0;
    let below: f64 = 0;
    for (let i = 0; i < known; ) {
      const score = load<u32>(this.keys + (<usize>i << 2)) >> 1;
      let tiedPositives: f64 = 0;
      let tiedNegatives: f64 = 0;
      for (; i < known; i++) {
        const key = load<u32>(this.keys + (<usize>i << 2));
        if (key >> 1 != score) break;
        if (key & 1) tiedPositives++;
        else tiedNegatives++;
      }
      wins += tiedPositives * (below + tiedNegatives / 2);
      below += tiedNegatives;
    }
    return wins / (positives * negatives);
  }

  /** Radix sort of the keys, four passes of eight bits, so `keys` is where the result ends up. */
  private sort(count: i32): void {
    // Members are read once: in a loop each reading costs more than the arithmetic.
    const counts = this.counts;
    const bytes = <usize>count << 2;
    let keys = this.keys;
    let sorted = this.sorted;
    for (let shift: u32 = 0; shift < 32; shift += 8) {
      memory.fill(counts, 0, 256 << 2);
      for (let at = keys; at < keys + bytes; at += 4) {
        const bucket = bucketOf(counts, load<u32>(at), shift);
        store<u32>(bucket, load<u32>(bucket) + 1);
      }
      let place: u32 = 0;
      for (let bucket = counts; bucket < counts + (256 << 2); bucket += 4) {
        const size = load<u32>(bucket);
        store<u32>(bucket, place);
        place += size;
      }
      for (let at = keys; at < keys + bytes; at += 4) {
        const key = load<u32>(at);
        const bucket = bucketOf(counts, key, shift);
        const to = load<u32>(bucket);
        store<u32>(bucket, to + 1);
        store<u32>(sorted + (<usize>to << 2), key);
      }
      const swapped = keys;
      keys = sorted;
      sorted = swapped;
    }
  }
}

// @ts-ignore: decorator
@inline
function bucketOf(counts: usize, key: u32, shift: u32): usize {
  return counts + (<usize>((key >> shift) & 255) << 2);
}
