import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkSandboxLine } from '../local/networkSandbox.ts';
import { sandboxLine } from './sandboxLine.ts';

const jobsRunIn = 'a process of their own only (the network, files anybody may read)';

test('a node whose jobs are not confined says what becomes of them, and what to do', () => {
  const line = (setting: string) => sandboxLine({ setting, isAdequate: false, jobsRunIn });
  assert.match(line('required'), /the network.*no job is taken; install bubblewrap/);
  assert.match(line('available'), /the network.*not enough for programs of strangers.*install bubblewrap/);
  assert.equal(sandboxLine({ setting: 'required', isAdequate: true, jobsRunIn }), jobsRunIn);
});

test('a demonstration that is not confined says that it would not do for strangers', () => {
  assert.equal(networkSandboxLine({ jobsRunIn: 'bubblewrap', isAdequate: true }), 'jobs run in bubblewrap');
  assert.match(
    networkSandboxLine({ jobsRunIn, isAdequate: false }),
    /not for strangers \(apt-get install bubblewrap\)/,
  );
});
