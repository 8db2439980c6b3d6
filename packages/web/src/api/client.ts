import { readStep, routesOf, type Step as ToldStep } from '@koinon/api';
import { toWire } from '@koinon/protocol';
import { createClient, readMetrics, readRecord, watchStudy } from '@koinon/sdk';
import type { Step } from './answers.ts';
import { readToken } from './token.ts';

/**
 * The schemas of the API, and the client that parses by them. Apart from the first load: it is fetched while the page shows
 * its frame.
 */
export { readMetrics, readRecord, routesOf, watchStudy };

/** A client of the node that served this page. */
export function pageClient() {
  return createClient({
    url: location.origin,
    token: readToken(),
    unreachable: {
      message: 'The node that serves this page does not answer.',
      next: 'Start it again with "npm start"; this page goes on by itself.',
    },
  });
}

/** A step as the page shows it. */
export function shownStep(told: ToldStep): Step {
  const { result: _, ...rest } = told;
  return (toWire(readStep(told) ?? rest) ?? rest) as Step;
}

export function wired(value: unknown): unknown {
  return toWire(value);
}
