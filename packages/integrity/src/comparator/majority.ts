/** How k replicas came out. */
export type Redundancy =
  | {
      decided: true /** Indices of the replicas that are one result, ascending. */;
      majority: number[];
      minority: number[];
    }
  | { decided: false; clusters: number[][] };

/**
 * The result more than half of `count` replicas agree on. With a tolerance "the same" is not transitive, so a cluster is
 * everything within tolerance of one member, and the member with most such neighbours (the lowest index among equals)
 * stands for it. A replica that never delivered counts in `count` but is the same as nobody.
 */
export function majorityOf(count: number, isSame: (a: number, b: number) => boolean): Redundancy {
  const indices = Array.from({ length: count }, (_, i) => i);
  const near = indices.map(a => indices.filter(b => a === b || isSame(Math.min(a, b), Math.max(a, b))));
  let centre = 0;
  for (const i of indices) if (near[i]!.length > (near[centre]?.length ?? 0)) centre = i;
  const majority = near[centre] ?? [];
  if (majority.length * 2 > count) {
    return { decided: true, majority, minority: indices.filter(i => !majority.includes(i)) };
  }
  return { decided: false, clusters: clustersOf(indices, near) };
}

/** Largest first, each replica in one. */
function clustersOf(indices: number[], near: number[][]): number[][] {
  const left = new Set(indices);
  const clusters: number[][] = [];
  const bySize = [...indices].sort((a, b) => near[b]!.length - near[a]!.length || a - b);
  for (const centre of bySize) {
    if (!left.has(centre)) continue;
    const cluster = near[centre]!.filter(i => left.has(i));
    for (const i of cluster) left.delete(i);
    clusters.push(cluster);
  }
  return clusters;
}
