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

  /**
   * Two classes: of the second one. More: the mean over the classes that some rows have and some lack, each against
   * the rest. Rows whose class the model does not know are left out. NaN where no class qualifies.
   */
  over(rows: usize, count: i32): f64 {
    const classes = this.predictions.classes.length;
    if (classes == 2) return this.oneClass(1, rows, count);
    let sum: f64 = 0;
    let measured = 0;
    for (let k = 0; k < classes; k++) {
      const area = this.oneClass(k, rows, count);
      if (isNaN(area)) continue;
      sum += area;
      measured++;
    }
    return measured == 0 ? NaN : sum / measured;
  }

  private oneClass(k: i32, rows: usize, count: i32): f64 {
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
    for (let shift: u32 = 0; shift < 32; shift += 8) {
      memory.fill(this.counts, 0, 256 << 2);
      for (let i = 0; i < count; i++) {
        const bucket = this.bucket(load<u32>(this.keys + (<usize>i << 2)), shift);
        store<u32>(bucket, load<u32>(bucket) + 1);
      }
      let place: u32 = 0;
      for (let digit = 0; digit < 256; digit++) {
        const bucket = this.counts + (<usize>digit << 2);
        const size = load<u32>(bucket);
        store<u32>(bucket, place);
        place += size;
      }
      for (let i = 0; i < count; i++) {
        const key = load<u32>(this.keys + (<usize>i << 2));
        const bucket = this.bucket(key, shift);
        const to = load<u32>(bucket);
        store<u32>(bucket, to + 1);
        store<u32>(this.sorted + (<usize>to << 2), key);
      }
      const keys = this.keys;
      this.keys = this.sorted;
      this.sorted = keys;
    }
  }

  // @ts-ignore: decorator
  @inline
  private bucket(key: u32, shift: u32): usize {
    return this.counts + (<usize>((key >> shift) & 255) << 2);
  }
}
