import { auditVerdicts } from '@koinon/protocol';
import type { Broken, Evidence } from './check.ts';

/** Who signed what an honest auditor came to otherwise was brought before the court, and lost. */
export async function liesAreConvicted({ world, reader, plans, cheat }: Evidence): Promise<Broken[]> {
  if (cheat === undefined) return [];
  const liar = world.operatorOf(cheat);
  if ((await reader.court.convictions()).some(({ accused }) => accused === liar)) return [];
  return plans.flatMap(({ name }) => {
    if (name === cheat) return [];
    const { log } = world.member(name).store;
    return Array.from({ length: log.size }, (_, index) => log.at(index)!).flatMap(entry => {
      if (entry.type !== 'AuditReport' || entry.message.verdict !== auditVerdicts.differs) return [];
      const what = `it found ${entry.message.receipt} of ${cheat} to be false, and nobody was convicted`;
      return [{ checker: 'justice', subject: name, what }];
    });
  });
}
