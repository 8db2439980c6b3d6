import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hono } from 'hono';
import { admission } from './admission.ts';
import { errorResponse } from './errors.ts';

test('requests beyond the limit are told when to come again, and there is room again after each answer', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>(resolve => {
    release = resolve;
  });
  const app = new Hono();
  app.onError((error, context) => errorResponse(context, error));
  app.use(admission(2));
  app.get('/slow', async context => {
    await held;
    return context.text('done');
  });
  app.get('/broken', () => {
    throw new Error('broken');
  });
  assert.equal((await app.request('/broken')).status, 500);
  assert.equal((await app.request('/broken')).status, 500);
  const waiting = [app.request('/slow'), app.request('/slow')];
  const refused = await app.request('/slow');
  assert.equal(refused.status, 503);
  assert.equal(refused.headers.get('retry-after'), '1');
  release();
  for (const response of await Promise.all(waiting)) assert.equal(response.status, 200);
  assert.equal((await app.request('/slow')).status, 200);
});
