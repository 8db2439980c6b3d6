import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { routeOf } from './route.ts';

test('each path leads to its page, with what it names decoded', () => {
  assert.deepEqual(routeOf('/'), { page: 'network' });
  assert.deepEqual(routeOf('/network/0xab'), { page: 'node', address: '0xab' });
  assert.deepEqual(routeOf('/studies'), { page: 'studies' });
  assert.deepEqual(routeOf('/studies/8a7c2e98/'), { page: 'study', id: '8a7c2e98' });
  assert.deepEqual(routeOf('/models/heart%20risk'), { page: 'model', name: 'heart risk' });
  assert.deepEqual(routeOf('/models/heart/2'), { page: 'model', name: 'heart', version: 2 });
  assert.deepEqual(routeOf('/data/12'), { page: 'dataset', id: '12' });
  assert.deepEqual(routeOf('/integrity'), { page: 'integrity' });
  assert.deepEqual(routeOf('/integrity/0xab'), { page: 'dispute', id: '0xab' });
  assert.deepEqual(routeOf('/glossary'), { page: 'glossary' });
});

test('a path that leads nowhere is missing, and no path is an error', () => {
  for (const path of [
    '/nothing',
    '/studies/a/b',
    '/models/heart/two',
    '/models/heart/1/2',
    '/glossary/x',
    '/api/status',
  ]) {
    assert.deepEqual(routeOf(path), { page: 'missing' });
  }
  fc.assert(fc.property(fc.string(), path => typeof routeOf(`/${path}`).page === 'string'));
});
