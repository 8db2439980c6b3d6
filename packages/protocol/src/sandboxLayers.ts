/** What is taken away from a program that broke out of its runtime, worst first; a node tells which of it is missing. */
export const sandboxLayers = [
  'network',
  'root',
  'files',
  'privileges',
  'processes',
  'seccomp',
  'memory',
] as const;
export type SandboxLayer = (typeof sandboxLayers)[number];
