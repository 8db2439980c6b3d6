/** What to do about a contract's refusal, by the name of its custom error. */
export const remedies: Record<string, string> = {};
