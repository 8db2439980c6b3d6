/** One part of a whole whose parts do not overlap. */
export interface Part {
  rows: number;
}

/**
 * Which parts must stay hidden so that nothing is known about fewer than `minRows` rows, neither by name nor by
 * subtraction from the total. Parts below the minimum are hidden; whatever the total has and the visible parts do
 * not (hidden parts, and parts that were never listed) can be worked out, so while that is between 1 and
 * `minRows` - 1 rows, the smallest visible part joins it. Ties go to the part listed first.
 */
export function hiddenParts(parts: readonly Part[], totalRows: number, minRows: number): boolean[] {
  const hidden = parts.map(part => part.rows < minRows);
  let derivable = totalRows - parts.reduce((sum, part, i) => (hidden[i] ? sum : sum + part.rows), 0);
  while (derivable > 0 && derivable < minRows) {
    let smallest = -1;
    for (const [i, part] of parts.entries()) {
      if (!hidden[i] && (smallest < 0 || part.rows < parts[smallest]!.rows)) smallest = i;
    }
    if (smallest < 0) break;
    hidden[smallest] = true;
    derivable += parts[smallest]!.rows;
  }
  return hidden;
}
