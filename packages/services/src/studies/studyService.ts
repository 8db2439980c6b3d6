import { type StudyRequest, studyRequestSchema } from '@koinon/api';
import { asKoinonError, KoinonError, toHex } from '@koinon/protocol';
import { runStudy } from './runStudy.ts';
import type { StudyServices } from './services.ts';
import type { Study, StudyBook } from './studyBook.ts';
import { trainStudy } from './trainStudy.ts';

export interface StudyService {
  /** Goes on with the studies an earlier life left. */
  takeUp(): void;
  /** Begins a study and returns its id at once. */
  begin(request: StudyRequest): string;
  /** Takes up a study that failed; what it had done stays done. Throws `K_STUDY_UNKNOWN`. */
  resume(id: string): void;
  get(id: string): Study | undefined;
  list(): Study[];
  /** Resolves when the study is no longer running. */
  settled(id: string): Promise<Study>;
  stop(): Promise<void>;
}

/** Runs studies. */
export function startStudies(services: StudyServices, studies: StudyBook): StudyService {
  const { clock, random, journal } = services.ports;
  const stopping = new AbortController();
  const running = new Map<string, Promise<void>>();

  const run = async ({ id, request }: Study): Promise<void> => {
    try {
      if (request.kind === 'train') await trainStudy(services, id, request, stopping.signal);
      else await runStudy(services, id, request, stopping.signal);
      studies.finish(id);
      journal.note('study-done', { study: id });
    } catch (error) {
      if (stopping.signal.aborted) return;
      const { code, message, next } = asKoinonError(error);
      studies.fail(id, { code, message, next });
      journal.note('study-failed', { study: id, code, reason: message });
    }
  };
  const start = (study: Study): void => {
    if (running.has(study.id) || stopping.signal.aborted) return;
    running.set(
      study.id,
      run(study)
        // Reached only when even the failure could not be written down; the study goes on at the next start.
        .catch(error => journal.note('study-broken', { study: study.id, reason: String(error) }))
        .finally(() => running.delete(study.id)),
    );
  };

  return {
    takeUp: () => {
      for (const study of studies.list()) if (study.state === 'running') start(study);
    },
    begin: request => {
      const id = toHex(random()).slice(2, 14);
      studies.begin(id, studyRequestSchema.parse(request), clock.nowMs());
      start(studies.get(id)!);
      return id;
    },
    resume: id => {
      const study = studies.get(id);
      if (!study) throw unknownStudy(id);
      if (study.state !== 'failed') return;
      studies.resume(id);
      start(studies.get(id)!);
    },
    get: id => studies.get(id),
    list: () => studies.list(),
    settled: async id => {
      await running.get(id);
      const study = studies.get(id);
      if (!study) throw unknownStudy(id);
      return study;
    },
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(running.values());
    },
  };
}

export function unknownStudy(id: string): KoinonError {
  return new KoinonError({
    code: 'K_STUDY_UNKNOWN',
    message: `No study "${id.slice(0, 40)}" here.`,
    fault: 'user',
    next: '"koinon jobs ls" lists them.',
  });
}
