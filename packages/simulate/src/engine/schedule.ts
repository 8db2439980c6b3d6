/** What happens at a moment of virtual time. */
export type Deed = () => void | Promise<void>;

export interface Schedule {
  /** Whole virtual unix seconds. */
  now(): number;
  at(time: number, deed: Deed): void;
  after(seconds: number, deed: Deed): void;
  /** Runs everything up to `until`, in order of time, then of planning; one deed ends before the next begins. */
  run(until: number, onAdvance?: (now: number) => void): Promise<void>;
}

interface Entry {
  time: number;
  order: number;
  deed: Deed;
}

/** A binary heap of deeds under virtual time: nothing ever waits for a real clock. */
export function schedule(start: number): Schedule {
  const heap: Entry[] = [];
  let now = start;
  let planned = 0;
  const isBefore = (a: Entry, b: Entry) => a.time < b.time || (a.time === b.time && a.order < b.order);

  function push(entry: Entry): void {
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(heap[i]!, heap[parent]!)) return;
      [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
      i = parent;
    }
  }

  function pop(): Entry {
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    heap[0] = last;
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
      }
      if (least === i) return top;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      i = least;
    }
  }

  const at = (time: number, deed: Deed) => push({ time: Math.max(time, now), order: planned++, deed });
  return {
    now: () => Math.floor(now),
    at,
    after: (seconds, deed) => at(now + seconds, deed),
    async run(until, onAdvance) {
      while (heap.length > 0 && heap[0]!.time <= until) {
        const { time, deed } = pop();
        if (time > now) {
          now = time;
          onAdvance?.(now);
        }
        await deed();
      }
      now = until;
    },
  };
}
