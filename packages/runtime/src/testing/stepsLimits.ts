/** Limits under which every program of `randomSteps` ends. */
export const STEPS_LIMITS = {
  fuel: 2_000_000n,
  stepFuel: 400_000n,
  memoryPages: 5,
  callDepth: 200,
  outputBytes: 4_000,
};
