import type { Route } from '../route/route.ts';

/** What a node does by each of its services, by the names that these have in its configuration. */
const words: Record<string, string> = {
  court: 'watches the others’ logs, accuses and answers accusations',
  names: 'tells what the owners of nodes call them',
  custody: 'holds private data and asks its owner before any use',
  work: 'runs jobs and signs for what came out',
  audit: 'runs jobs of others again where the lot or a data owner says so',
  studies: 'takes a study from question to model',
  serving: 'serves models, each with its passport',
};

export function serviceWords(service: string): string | undefined {
  return words[service];
}

const services: Partial<Record<Route['page'], string>> = {
  studies: 'studies',
  study: 'studies',
  models: 'serving',
  model: 'serving',
  integrity: 'court',
  dispute: 'court',
};

/** The service without which a node has nothing to show on a page; undefined where every node has something. */
export function serviceOf(page: Route['page']): string | undefined {
  return services[page];
}
