/** A binary heap: the least first. `compare` is a total order. */
export interface Heap<T> {
  push(item: T): void;
  pop(): T | undefined;
  readonly size: number;
}

export function heap<T>(compare: (a: T, b: T) => number): Heap<T> {
  const items: T[] = [];
  const isLess = (i: number, j: number) => compare(items[i]!, items[j]!) < 0;
  const swap = (i: number, j: number) => {
    [items[i], items[j]] = [items[j]!, items[i]!];
  };

  return {
    get size() {
      return items.length;
    },
    push(item) {
      items.push(item);
      for (let i = items.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (!isLess(i, parent)) return;
        swap(i, parent);
        i = parent;
      }
    },
    pop() {
      const last = items.length - 1;
      if (last < 0) return undefined;
      swap(0, last);
      const least = items.pop();
      for (let i = 0; ; ) {
        const [left, right] = [2 * i + 1, 2 * i + 2];
        let next = i;
        if (left < last && isLess(left, next)) next = left;
        if (right < last && isLess(right, next)) next = right;
        if (next === i) return least;
        swap(i, next);
        i = next;
      }
    },
  };
}
