// Runs several test files in one process: loads those that a list beside the file of this process names, one after the other;
// their tests begin when all are loaded. `runTests.ts` writes both.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { repository } from './bundle.ts';
import { differences, processState } from './processState.ts';

const list = process.argv[1]!.replace(/\.mjs$/, '.json');
const files = JSON.parse(readFileSync(list, 'utf8')) as string[];
const loaded = Promise.withResolvers<void>();
before(() => loaded.promise);

let state = processState();
/** Whatever leaves the process other than it found it is a test that failed, also where it is only loaded. */
function check(): void {
  const found = differences(state, processState());
  state = processState();
  assert.deepEqual(
    found,
    [],
    'It changed what the files of a process share; see "Own process" in runTests.ts.',
  );
}
afterEach(check);
after(check);

for (const file of files) {
  try {
    await import(pathToFileURL(join(repository, file)).href);
    check();
  } catch (error) {
    test(file, () => {
      throw error;
    });
  }
}
loaded.resolve();
