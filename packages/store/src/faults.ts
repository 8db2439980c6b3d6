/** Every durable write of a store, by name: the places a killed process may have stopped at. */
export type WriteName =
  | 'blob.write'
  | 'blob.fsync'
  | 'blob.rename'
  | 'blob.fsyncFolder'
  | 'blob.index'
  | 'blob.delete'
  | 'blob.unlink'
  | 'blob.setAside'
  | 'log.reserve'
  | 'log.seal'
  | 'database.migrate'
  | (string & {});

/** Called around every durable write; what it throws stands for the process dying there. */
export interface FaultPlan {
  beforeWrite(name: WriteName): void;
  afterWrite(name: WriteName): void;
}

export const noFaults: FaultPlan = { beforeWrite: () => {}, afterWrite: () => {} };

/** The death of a process, as tests play it. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** A plan that remembers the points it passed, so that a test can visit each of them. */
export interface CrashPlan extends FaultPlan {
  /** The points passed so far, `before …` and `after …`. */
  readonly passed: readonly string[];
  readonly crashed: boolean;
}

/**
 * Dies at the given point (0 is the one before the first write, 1 the one after it, and so on) and at every point
 * after that, since a dead process writes nothing more. `Infinity` never dies and only counts.
 */
export function crashAtPoint(point: number): CrashPlan {
  const passed: string[] = [];
  let crashed = false;
  const pass = (name: string): void => {
    if (crashed || passed.length >= point) {
      crashed = true;
      throw new Crash(`died ${name}`);
    }
    passed.push(name);
  };
  return {
    passed,
    get crashed() {
      return crashed;
    },
    beforeWrite: name => pass(`before ${name}`),
    afterWrite: name => pass(`after ${name}`),
  };
}
