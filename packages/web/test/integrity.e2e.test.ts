import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type DisputeDetail,
  disputeDetailSchema,
  disputesViewSchema,
  integrityViewSchema,
} from '@koinon/protocol';
import type { Browser, Page } from 'playwright-core';
import { buildWeb } from '../scripts/build.ts';
import type { Passport } from '../src/api/answers.ts';
import { assertAccessible, assertFits, assertKeyboard } from './accessibility.ts';
import { openBrowser, skipWithoutBrowser } from './browser.ts';
import { accused, convicted, disputeOf, integrity, open } from './integritySample.ts';
import { answerJson, type Instead, jsonOf, readRecorded, serveRecorded } from './recordedNode.ts';

const skip = await skipWithoutBrowser();
/** Longest that anything on a page takes where the machine has other work too. */
const LONG_MS = 180_000;
const recorded = readRecorded();
const WRONG = `0x${'ee'.repeat(32)}` as const;

test('the samples are what a node may answer', () => {
  integrityViewSchema.parse(integrity);
  disputesViewSchema.parse({ disputes: [open, convicted] });
  disputeDetailSchema.parse(disputeOf(WRONG));
});

describe('the integrity page', { skip }, () => {
  let browser: Browser;
  let dispute: DisputeDetail;
  let list = [open, convicted];
  let view = integrity;
  const instead: Instead = (request, response) => {
    if (request.url === '/api/integrity') return answerJson(response, view);
    if (request.url === '/api/disputes') return answerJson(response, { disputes: list });
    return request.url === `/api/disputes/${dispute.id}` && answerJson(response, dispute);
  };
  const withPage = async (use: (page: Page, url: string) => Promise<void>, width = 1280) => {
    const server = await serveRecorded(recorded, instead);
    const context = await browser.newContext({
      reducedMotion: 'reduce',
      viewport: { width, height: 900 },
      ...(width < 500 ? { colorScheme: 'dark' as const } : {}),
    });
    context.setDefaultTimeout(LONG_MS);
    try {
      await use(await context.newPage(), server.url);
    } finally {
      await context.close();
      server.close();
    }
  };
  const { models } = jsonOf<{ models: { name: string }[] }>(recorded, 'GET /api/models');
  const { passport } = jsonOf<{ passport: Passport }>(recorded, `GET /api/models/${models.at(-1)!.name}`);
  const [evaluation] = passport.evaluations;
  assert.ok(evaluation && 'data' in evaluation, 'the recorded study was tested on public rows');
  const { metrics, predictions } = evaluation;

  before(async () => {
    await buildWeb();
    browser = await openBrowser();
  });
  after(() => browser?.close());

  test('tells audits, disputes, stake, risk and logs, by keyboard and on a phone, and passes WCAG 2.2 AA', async () => {
    dispute = disputeOf(WRONG);
    for (const width of [1280, 360]) {
      await withPage(async (page, url) => {
        await page.goto(`${url}/integrity`);
        await page.waitForSelector('[data-counter="audits drawn"]');
        const counter = (name: string) => page.textContent(`[data-counter="${name}"]`);
        assert.match((await counter('audits drawn')) ?? '', /12.*of 40 receipts/);
        assert.match((await counter('agreement')) ?? '', /90 %.*9 of 10 replays/);
        assert.match((await counter('KOIN slashed')) ?? '', /10,000/);
        assert.equal(await page.locator('[data-dispute]').count(), 2);
        assert.match((await page.textContent(`[data-provider="${accused}"]`)) ?? '', /33\.3 %.*1 conviction/);
        assert.match((await page.textContent('main')) ?? '', /two different trees of 9 entries/);
        await page.getByText('How this figure comes about').first().click();
        await page.getByText('1 − 8.3 % × 100 % × (1 − 33.3 %) = 94.4 %').waitFor();
        assert.match((await page.textContent('main')) ?? '', /12 audits in a row agreed/);
        await assertFits(page, `integrity at ${width}`);
        await assertAccessible(page, `integrity at ${width}`);
        if (width > 500) await assertKeyboard(page, 'integrity');
      }, width);
    }
  });

  test('shows a dispute from accusation to the last payment, each act with its transaction', async () => {
    dispute = disputeOf(WRONG);
    for (const width of [1280, 360]) {
      await withPage(async (page, url) => {
        await page.goto(`${url}/integrity`);
        await page.locator(`[data-dispute="${convicted.id}"] h3 a`).press('Enter');
        await page.waitForSelector('[data-fact=convicted]');
        const acts = await page
          .locator('[data-fact]')
          .evaluateAll(items => items.map(item => item.getAttribute('data-fact')));
        assert.deepEqual(
          acts,
          dispute.timeline.map(({ what }) => what),
        );
        assert.match((await page.textContent('[data-fact=convicted]')) ?? '', /loses 10,000 KOIN/);
        assert.match((await page.textContent('main')) ?? '', /another than the accused says/);
        await assertFits(page, `a dispute at ${width}`);
        await assertAccessible(page, `a dispute at ${width}`);
        if (width > 500) await assertKeyboard(page, 'a dispute');
      }, width);
    }
  });

  test('goes on by itself while a dispute is decided', async () => {
    const { ground: _, settledAtSeconds: __, ...rest } = disputeOf(WRONG);
    const before: DisputeDetail = {
      ...rest,
      outcome: 'open',
      stage: 'sealing',
      slashed: '0',
      timeline: rest.timeline.slice(0, 2),
    };
    dispute = before;
    await withPage(async (page, url) => {
      await page.goto(`${url}/integrity/${dispute.id}`);
      await page.getByText('jurors seal their votes').waitFor();
      dispute = disputeOf(WRONG);
      await page.waitForSelector('[data-fact=convicted]');
    });
  });

  for (const [name, manifest] of [
    ['a program', metrics.manifest],
    ['a model', predictions.manifest],
  ] as const) {
    test(`lets a reader be the jury: one step of ${name} is replayed in the browser`, async () => {
      dispute = disputeOf(WRONG, { manifest });
      await withPage(async (page, url) => {
        await page.goto(`${url}/integrity/${dispute.id}`);
        const replay = page.getByRole('button', { name: 'Replay step 0 here' });
        await replay.press('Enter');
        await page.waitForSelector('[data-step-state=done], [data-step-state=failed]');
        assert.equal(await page.getAttribute('[data-step-state]', 'data-step-state'), 'done');
        await page.getByText('the accused is wrong').waitFor();
        const title = page.locator('[data-step-state] dl code').first();
        const outcome = (await title.getAttribute('title')) as `0x${string}`;
        dispute = disputeOf(outcome, { manifest });
        await page.reload();
        await replay.press('Enter');
        await page.getByText('the accused is right').waitFor();
        await assertAccessible(page, 'a replayed step');
      });
    });
  }

  test('with nothing in it yet says so, and names no figure it does not have', async () => {
    view = {
      ...integrity,
      audits: { ...integrity.audits, drawn: 0, done: 0, agrees: 0, differs: 0, unavailable: 0, latest: [] },
      providers: [],
      logs: [],
    };
    list = [];
    await withPage(async (page, url) => {
      await page.goto(`${url}/integrity`);
      await page.getByText('Nobody has disputed anything yet.').waitFor();
      await page.getByText('nothing was compared yet').waitFor();
      await assertAccessible(page, 'integrity with nothing in it');
    });
  });
});
