import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { assertAccessible, assertFits, assertKeyboard } from './accessibility.ts';
import { openBrowser } from './browser.ts';

export interface PageReport {
  /** Steps on the timeline of the latest study. */
  steps: number;
  /** Checks the browser made of the passport, by how they ended. */
  checks: { ok: number; failed: number; skipped: number };
  /** Jobs that were replayed in the browser and came to the same bytes. */
  replays: number;
  /** What the model said about the first public row. */
  predicted: string;
  /** Stops of the Tab key on the model's page. */
  stops: number;
}

/** Steps of the training study with the evidence each must show as right. */
const EVIDENCE: Record<string, string[]> = {
  'train.draft': ['manifest'],
  'permission.asked': ['signature'],
  'permission.given': ['signature'],
  'train.manifest': ['manifest'],
  'train.order': ['signature'],
  'train.receipt': ['signature'],
  'train.anchor': ['inclusion'],
  'train.audit': ['signature', 'inclusion'],
  'predict.audit': ['lot', 'signature', 'inclusion'],
  'measure.anchor': ['inclusion'],
  'measure.voucher': ['signature'],
};
const LONG_MS = 180_000;

/**
 * Goes through the page of a node as a newcomer would, and through its model by keyboard. The node must have served a
 * model from a training study. Throws an assertion that says what is wrong. Nothing is changed.
 */
export async function runPageChecks(url: string, options: { browser?: Browser } = {}): Promise<PageReport> {
  const browser = options.browser ?? (await openBrowser());
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  context.setDefaultTimeout(LONG_MS);
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', error => complaints.push(error.message));
    page.on('console', message => {
      // A file that is not public answers 404, which the page says in words.
      const isMissing = /status of 404/.test(message.text());
      if (message.type() === 'error' && !isMissing) complaints.push(message.text());
    });
    const base = url.replace(/\/$/, '');
    await checkNetwork(page, base);
    await checkNode(page, base);
    const steps = await checkTimeline(page, base);
    const { checks, replays, predicted, stops } = await checkModel(page, base);
    await checkData(page, base);
    await checkIntegrity(page, base);
    await checkGlossary(page, base);
    await checkPhone(page, base);
    assert.deepEqual(complaints, [], 'what the browser complained about');
    return { steps, checks, replays, predicted, stops };
  } finally {
    await context.close();
    if (!options.browser) await browser.close();
  }
}

async function checkNetwork(page: Page, base: string): Promise<void> {
  await page.goto(base);
  await page.waitForSelector('tbody tr.self');
  assert.ok((await page.locator('table tbody tr').count()) >= 2, 'the network has several nodes');
  assert.match((await page.textContent('tr.self')) ?? '', /this node/);
  await assertAccessible(page, 'the network');
  await assertKeyboard(page, 'the network');
  const policy = (await (await page.request.get(base)).headersArray()).find(
    ({ name }) => name.toLowerCase() === 'content-security-policy',
  );
  assert.match(policy?.value ?? '', /default-src 'self'/, 'a strict content security policy');
  assert.doesNotMatch(policy?.value ?? '', /unsafe-inline|'unsafe-eval'|https?:/);
}

async function checkNode(page: Page, base: string): Promise<void> {
  await page.goto(base);
  await page.locator('tbody tr:not(.self) .address a').first().press('Enter');
  await page.waitForSelector('#audits');
  assert.match((await page.textContent('dl.facts')) ?? '', /address0x[0-9a-f]{40}.*owner.*does.*stake/);
  await assertAccessible(page, 'a node');
  await assertKeyboard(page, 'a node');
  await page.goto(`${base}/network/0x${'0'.repeat(39)}1`);
  await page.getByText('Nobody registered a node').waitFor();
  await assertAccessible(page, 'a node that is not registered');
}

async function checkTimeline(page: Page, base: string): Promise<number> {
  await page.goto(`${base}/studies`);
  await page.locator('.cards-list li:has(.badge.done) a').first().click();
  await page.waitForSelector('.timeline .step');
  const groups = await page.locator('.timeline .group > h2').allTextContents();
  for (const title of ['Permission', 'Training', 'Predictions', 'Metrics', 'Registration']) {
    assert.ok(
      groups.some(group => group.startsWith(title)),
      `the timeline has the part “${title}”`,
    );
  }
  assert.equal(await page.locator('.step:not([data-state=done])').count(), 0, 'every step is done');
  for (const [step, kinds] of Object.entries(EVIDENCE)) {
    const line = page.locator(`[data-step="${step}"]`);
    await line.locator('summary').press('Enter');
    for (const kind of kinds) {
      const check = line.locator(`[data-check=${kind}]`);
      await check.first().waitFor();
      await line.locator(`[data-check=${kind}][data-state=ok]`).first().waitFor();
    }
  }
  const anchor = page.locator('[data-step="train.anchor"]');
  await anchor.getByText('gas', { exact: true }).waitFor();
  assert.ok(await anchor.locator('svg.proof').isVisible(), 'the proof is drawn');
  await assertAccessible(page, 'the timeline with open evidence');
  return page.locator('.step').count();
}

async function checkModel(page: Page, base: string): Promise<Omit<PageReport, 'steps'>> {
  await page.goto(`${base}/models`);
  await page.locator('.cards-list a').first().click();
  for (const node of ['permission', 'training', 'model', 'predictions-0', 'metrics-0', 'chain']) {
    await page.waitForSelector(`svg [data-node="${node}"]`);
  }
  await page.waitForSelector('table.groups');
  assert.match((await page.textContent('section[aria-labelledby=metrics]')) ?? '', /right least often/);

  await page.getByRole('button', { name: 'Take a public row' }).click();
  await page.getByRole('button', { name: 'Predict', exact: true }).press('Enter');
  const predicted = page.locator('[data-predicted]');
  await predicted.waitFor();

  await page.getByRole('button', { name: 'Check this' }).press('Enter');
  await page.waitForSelector('[data-check-state=ok], [data-check-state=failed]');
  const found = await page.locator('.checks li').evaluateAll(items =>
    items.map(item => ({
      id: item.getAttribute('data-check') ?? '',
      state: item.getAttribute('data-state') ?? '',
      text: item.textContent ?? '',
    })),
  );
  const failed = found.filter(({ state }) => state === 'failed').map(({ text }) => text);
  assert.deepEqual(failed, [], 'checks that failed');
  assert.equal(await page.locator('[data-check-state]').getAttribute('data-check-state'), 'ok');
  const replays = found.filter(({ id, state }) => id === 'replay' && state === 'ok').length;
  assert.ok(replays >= 2, `the public jobs are replayed in the browser, ${replays} were`);
  const count = (state: string) => found.filter(check => check.state === state).length;

  await page.locator('.check-group').evaluateAll(groups => {
    for (const group of groups) (group as HTMLDetailsElement).open = true;
  });
  await assertAccessible(page, 'the model');
  const stops = await assertKeyboard(page, 'the model');
  return {
    checks: { ok: count('ok'), failed: count('failed'), skipped: count('skipped') },
    replays,
    predicted: (await predicted.getAttribute('data-predicted')) ?? '',
    stops: stops.length,
  };
}

async function checkData(page: Page, base: string): Promise<void> {
  await page.goto(`${base}/data`);
  await page.locator('.cards-list a').first().click();
  await page.waitForSelector('#policy');
  assert.match((await page.textContent('main')) ?? '', /(All|The others) stay with the custodian/);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /Download the mock/ }).click(),
  ]);
  assert.match(download.suggestedFilename(), /mock\.csv$/);
  await assertAccessible(page, 'a dataset');
}

async function checkIntegrity(page: Page, base: string): Promise<void> {
  await page.goto(`${base}/integrity`);
  await page.waitForSelector('[data-counter="audits drawn"]');
  assert.ok((await page.locator('[data-provider]').count()) >= 2, 'several nodes sign for work');
  assert.match((await page.textContent('[data-counter="agreement"]')) ?? '', /100 %|–/);
  await page.getByText('How this figure comes about').first().press('Enter');
  await page.getByText('how often its work is done again').waitFor();
  await assertAccessible(page, 'integrity');
  await assertKeyboard(page, 'integrity');
}

async function checkGlossary(page: Page, base: string): Promise<void> {
  await page.goto(`${base}/glossary`);
  assert.ok((await page.locator('.glossary dt').count()) > 20, 'the words are explained');
  await page.goto(base);
  const term = page.locator('.term-word').first();
  await term.focus();
  await page.getByRole('tooltip').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('tooltip').waitFor({ state: 'detached' });
}

/** On a narrow phone, in the dark: nothing is cut off, and the colours are told apart there too. */
async function checkPhone(page: Page, base: string): Promise<void> {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  for (const path of ['/', '/studies', '/models', '/data', '/integrity', '/glossary']) {
    await page.goto(`${base}${path}`);
    await page.waitForSelector('main h1');
    await page.waitForSelector('.loading', { state: 'detached' });
    await assertFits(page, `${path} on a phone`);
    await assertAccessible(page, `${path} on a phone`);
    const link = page.locator('main .cards-list a').first();
    if (path === '/') {
      await page.locator('tbody tr:not(.self) .address a').first().click();
      await page.waitForSelector('#audits');
      await assertFits(page, 'a node on a phone');
      await assertAccessible(page, 'a node on a phone');
    }
    if ((await link.count()) === 0 || path === '/' || path === '/integrity') continue;
    await link.click();
    await page.waitForSelector('.loading', { state: 'detached' });
    await page.waitForSelector(path === '/studies' ? '.timeline' : 'main h2');
    await assertFits(page, `a page below ${path} on a phone`);
    await assertAccessible(page, `a page below ${path} on a phone`);
  }
}
