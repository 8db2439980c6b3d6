import type { MachineFace } from './findMachineUse.ts';

/** Faces of the machine: the few places that ask it for time, chance or language. One that nothing uses is a fault. */
export const machineFaces: readonly MachineFace[] = [
  {
    path: 'packages/protocol/src/systemClock.ts',
    uses: ['Date.now', 'performance.now', 'performance.timeOrigin', 'setTimeout'],
    why: 'the machine’s clock, for whoever is handed it',
  },
  {
    path: 'packages/world/src/loop/loop.ts',
    uses: ['setImmediate', 'setTimeout'],
    why: 'turns of the event loop, and the pace of a world that sockets take part in',
  },
  {
    path: 'packages/network/src/memory/scheduler.ts',
    uses: ['setImmediate'],
    why: 'turns of the event loop, no time',
  },
  {
    path: 'packages/kernel/src/gate/sharedBytes.ts',
    uses: ['setImmediate'],
    why: 'lets the event loop turn; feeds threads, which no world has',
  },
  {
    path: 'packages/executors/src/host/',
    uses: ['performance.now', 'setTimeout', 'setInterval'],
    why: 'child processes live in the machine’s time',
  },
  {
    path: 'packages/executors/src/worker/',
    uses: ['performance.now', 'setInterval'],
    why: 'runs in the child process',
  },
  {
    path: 'packages/executors/src/predictor.ts',
    uses: ['setTimeout'],
    why: 'a child process that stays',
  },
  {
    path: 'packages/node/src/process/',
    uses: ['new Date()', 'randomBytes', 'setTimeout'],
    why: 'the process around a node',
  },
  {
    path: 'packages/node/src/keys/keystore.ts',
    uses: ['randomBytes', 'randomUUID'],
    why: 'makes the keys that a world hands in',
  },
  {
    path: 'packages/simulate/src/report/',
    uses: ['toLocaleString'],
    why: 'a table for people, in English',
  },
  {
    path: 'packages/cli/src/',
    uses: [
      'AbortSignal.timeout',
      'Date.now',
      'new Date()',
      'randomBytes',
      'setInterval',
      'setTimeout',
      'toLocaleString',
    ],
    why: 'commands, for people',
  },
  {
    path: 'packages/web/src/',
    uses: ['Date.now', 'localeCompare', 'setInterval', 'setTimeout', 'toLocaleString'],
    why: 'pages, for people',
  },
];
