import type { Study } from '../api/answers.ts';

/** The name of the model that a training is for; a single run has none. */
export function nameOfStudy({ request }: Study): string | undefined {
  return request.kind === 'train' ? request.name : undefined;
}
