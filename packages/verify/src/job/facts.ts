/** What should hold, and the words for the case that it does not. */
export type Fact = readonly [holds: boolean, otherwise: string];

/** The words of the first fact that does not hold. */
export function firstWrong(facts: readonly Fact[]): string | undefined {
  return facts.find(([holds]) => !holds)?.[1];
}
