import assert from 'node:assert/strict';
import { it } from 'node:test';
import { differences, processState } from './processState.ts';

const changes: Record<string, () => () => void> = {
  'process.env.KOINON_LEFT_BEHIND': () => {
    process.env['KOINON_LEFT_BEHIND'] = '1';
    return () => delete process.env['KOINON_LEFT_BEHIND'];
  },
  'globalThis.leftBehind': () => {
    Object.assign(globalThis, { leftBehind: 1 });
    return () => Reflect.deleteProperty(globalThis, 'leftBehind');
  },
  'the listeners for "SIGWINCH"': () => {
    const ignore = () => undefined;
    process.on('SIGWINCH', ignore);
    return () => process.off('SIGWINCH', ignore);
  },
  'the working directory': () => {
    const folder = process.cwd();
    process.chdir('/');
    return () => process.chdir(folder);
  },
  'Math.random': () => {
    const random = Math.random;
    Math.random = () => 0;
    return () => {
      Math.random = random;
    };
  },
};

for (const [name, change] of Object.entries(changes)) {
  it(`a test that leaves ${name} changed is found, and one that puts it back is not`, () => {
    const before = processState();
    const undo = change();
    assert.deepEqual(differences(before, processState()), [name]);
    undo();
    assert.deepEqual(differences(before, processState()), []);
  });
}
