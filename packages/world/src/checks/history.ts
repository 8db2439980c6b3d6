import type { Hex } from '@koinon/protocol';
import type { AnyLogEntry } from '@koinon/store';
import type { World } from '../world.ts';
import type { Broken } from './check.ts';

/** What each node had signed, as it was seen whenever a node noted something. */
export interface History {
  /** Contradictions between what a log said and what it says later. */
  readonly broken: readonly Broken[];
  /** Looks at every log once more. */
  look(): void;
}

/** Watches logs from now on: an entry that was there is there for ever, through deaths and failures of power. */
export function watchLogs(world: World): History {
  const seen = new Map<string, { digest: Hex; key: string }[]>();
  const broken: Broken[] = [];

  function look(name: string): void {
    const log = world.members.get(name)?.store.log;
    if (log === undefined) return;
    const before = seen.get(name) ?? [];
    seen.set(name, before);
    if (log.size < before.length) {
      broken.push({
        ...{ checker: 'one history', subject: name },
        what: `its log had ${before.length} entries and has ${log.size}`,
      });
      before.length = log.size;
    }
    for (let index = before.length; index < log.size; index++) before.push(log.at(index)!);
  }

  /** Every entry, against what it was when it was first seen. */
  function compare(name: string): void {
    const log = world.members.get(name)?.store.log;
    for (const [index, { digest }] of (seen.get(name) ?? []).entries()) {
      const now: AnyLogEntry | undefined = log?.at(index);
      if (now === undefined || now.digest === digest) continue;
      broken.push({
        ...{ checker: 'one history', subject: name },
        what: `it signed two statements under index ${index}: ${digest} and ${now.digest}`,
      });
    }
  }

  world.onNote(look);
  return {
    broken,
    look() {
      for (const name of world.members.keys()) {
        compare(name);
        look(name);
      }
    },
  };
}
