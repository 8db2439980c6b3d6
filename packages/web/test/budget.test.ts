import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildWeb } from '../scripts/build.ts';

/** What a phone loads before it shows anything, gzipped. */
const FIRST_LOAD_BYTES = 60 * 1024;
/** What *check this* loads besides, gzipped; without onnxruntime's own WebAssembly, which replays predictions. */
const CHECKER_BYTES = 320 * 1024;

const dist = join(dirname(import.meta.dirname), 'dist');
const gzipped = (path: string) => gzipSync(readFileSync(path), { level: 9 }).length;

before(() => buildWeb());

/** Files the document names, with what they import at once. */
function firstLoad(): string[] {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const named = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path]) => path!);
  for (const path of named) {
    const source = readFileSync(join(dist, path), 'utf8');
    for (const [, chunk] of source.matchAll(/(?:from|import)"\.\/(chunk-[^"]+)"/g)) {
      if (!named.includes(`assets/${chunk}`)) named.push(`assets/${chunk}`);
    }
  }
  return ['index.html', ...named];
}

test('the first load stays within its budget', () => {
  const files = firstLoad();
  assert.ok(files.some(path => path.endsWith('.js')) && files.some(path => path.endsWith('.css')));
  const bytes = files.reduce((sum, path) => sum + gzipped(join(dist, path)), 0);
  assert.ok(bytes < FIRST_LOAD_BYTES, `the first load is ${bytes} bytes, at most ${FIRST_LOAD_BYTES}`);
});

test('what checks and replays is loaded when it is asked for, and stays within its budget', () => {
  const assets = join(dist, 'assets');
  const first = new Set(firstLoad());
  const later = readdirSync(assets).filter(name => name.endsWith('.js') && !first.has(`assets/${name}`));
  assert.ok(later.some(name => name.startsWith('worker-')));
  const bytes = later.reduce((sum, name) => sum + gzipped(join(assets, name)), 0);
  assert.ok(bytes < CHECKER_BYTES, `the checker is ${bytes} bytes, at most ${CHECKER_BYTES}`);
});

test('the page names nothing on the internet', () => {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  assert.doesNotMatch(html, /(src|href)="(https?:)?\/\//);
  const style = readdirSync(join(dist, 'assets')).find(name => name.endsWith('.css'))!;
  assert.doesNotMatch(readFileSync(join(dist, 'assets', style), 'utf8'), /url\(|@import/);
});
