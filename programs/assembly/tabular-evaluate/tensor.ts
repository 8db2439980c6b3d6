import { Column } from "../shared/table";

/** Some neighbouring columns of what a classifier sees: one number, or the slots of a category's words. */
export class Part {
  /** What a number becomes where it is missing, then loses, then is multiplied by. */
  fill: f32 = NaN;
  offset: f32 = 0;
  scale: f32 = 1;
  isScaled: bool = false;
  /** Slot of each code of the table's dictionary, that of a missing cell last; -1 sets none. */
  slots: i32[] = [];
  width: i32 = 1;
  constructor(public column: Column) {}
}

export const enum TensorKind {
  /** Words of one category, [N, 1]. */
  Words,
  /** Their codes, [N, 1]. */
  Codes,
  /** One slot for each code, [N, 1, width]. */
  Slots,
  /** Numbers, [N, width]. */
  Matrix,
}

/** What flows along an edge of the graph, by where it comes from: nothing is computed before the rows are. */
export class Tensor {
  /** Of codes: that of each word of the table's dictionary, that of a missing cell last. */
  codes: i64[] = [];
  width: i32 = 0;
  constructor(
    public kind: TensorKind,
    public parts: Part[],
  ) {
    for (let i = 0; i < parts.length; i++) this.width += parts[i].width;
  }
}
