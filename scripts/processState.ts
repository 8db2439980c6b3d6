/** What all that runs in a process shares, by name. */
export type ProcessState = ReadonlyMap<string, unknown>;

/** Replaced by who would rather not wait, or not be surprised. */
const clocks = {
  Date: () => Date,
  'Date.now': () => Date.now,
  'performance.now': () => performance.now,
  'Math.random': () => Math.random,
  setTimeout: () => setTimeout,
  setInterval: () => setInterval,
  setImmediate: () => setImmediate,
  queueMicrotask: () => queueMicrotask,
  'process.hrtime': () => process.hrtime,
};

/** Names that libraries give to what they share with another copy of themselves, and to what a page has. */
const ofLibraries = /^(?:__zod_|Worker$)/;

/** The environment, the folder, the listeners, the clocks and the names of the globals of this process. */
export function processState(): ProcessState {
  const state = new Map<string, unknown>([['the working directory', process.cwd()]]);
  for (const name of Object.getOwnPropertyNames(globalThis))
    if (!ofLibraries.test(name)) state.set(`globalThis.${name}`, true);
  for (const [name, value] of Object.entries(process.env)) state.set(`process.env.${name}`, value);
  for (const [name, get] of Object.entries(clocks)) state.set(name, get());
  for (const event of process.eventNames())
    state.set(`the listeners for "${String(event)}"`, process.listenerCount(event));
  return state;
}

/** The names under which two states differ. */
export function differences(before: ProcessState, now: ProcessState): string[] {
  const names = new Set([...before.keys(), ...now.keys()]);
  return [...names].filter(name => before.get(name) !== now.get(name));
}
