import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { buildWeb } from '../scripts/build.ts';
import type { Passport, Status, Step, Study } from '../src/api/answers.ts';
import { openBrowser, skipWithoutBrowser } from './browser.ts';
import {
  answerJson,
  type Instead,
  jsonOf,
  type Recorded,
  readRecorded,
  serveRecorded,
} from './recordedNode.ts';
import { runPageChecks } from './runPageChecks.ts';

const skip = await skipWithoutBrowser();
/** Longest that anything on a page takes where the machine has other work too. */
const LONG_MS = 180_000;

// The answers are those of a real network; when formats or shipped programs change, `test/record.ts` records them anew.
describe('the page in a browser', { skip }, () => {
  let browser: Browser;
  const recorded = skip ? {} : readRecorded();
  before(async () => {
    await buildWeb();
    browser = await openBrowser();
  });
  after(() => browser?.close());

  const withPage = async (
    instead: Instead,
    use: (page: Page, url: string) => Promise<void>,
    of: Recorded = recorded,
  ) => {
    const server = await serveRecorded(of, instead);
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    context.setDefaultTimeout(LONG_MS);
    try {
      await use(await context.newPage(), server.url);
    } finally {
      await context.close();
      server.close();
    }
  };
  const nothing: Instead = () => false;
  const models = () =>
    jsonOf<{ models: { name: string; passport: string; model: string }[] }>(recorded, 'GET /api/models')
      .models;
  const model = () => models().at(-1)!;
  const passport = () => jsonOf<{ passport: Passport }>(recorded, `GET /api/models/${model().name}`).passport;
  const checkModel = async (page: Page, url: string) => {
    await page.goto(`${url}/models/${model().name}`);
    await page.getByRole('button', { name: 'Check this' }).click();
    await page.waitForSelector('[data-check-state=ok], [data-check-state=failed]');
    return {
      state: await page.getAttribute('[data-check-state]', 'data-check-state'),
      failed: await page.locator('.checks li.failed').allTextContents(),
    };
  };

  test('shows, checks and replays a study, by keyboard, on a phone, and passes WCAG 2.2 AA', async () => {
    const server = await serveRecorded(recorded);
    try {
      const report = await runPageChecks(server.url, { browser });
      assert.ok(report.checks.ok > 50 && report.replays === 2, JSON.stringify(report));
    } finally {
      server.close();
    }
  });

  for (const [what, cid] of [
    ['output', () => passport().evaluations[0]!.predictions.outputs[0]!.cid],
    ['manifest', () => passport().evaluations[0]!.metrics.manifest],
    ['passport', () => model().passport],
  ] as const) {
    test(`one altered byte of the ${what} is found and said`, async () => {
      const key = `GET /api/blobs/${cid()}`;
      const original = recorded[key]!;
      const bytes = Buffer.from(original.body, 'base64');
      bytes[bytes.length - 5]! ^= 1;
      const altered = { ...recorded, [key]: { ...original, body: bytes.toString('base64') } };
      await withPage(
        nothing,
        async (page, url) => {
          const { state, failed } = await checkModel(page, url);
          assert.equal(state, 'failed');
          assert.ok(failed.length > 0 && failed.every(text => text.length > 40), failed.join('\n'));
          assert.match((await page.textContent('.summary')) ?? '', /something is wrong/);
        },
        altered,
      );
    });
  }

  test('a forged receipt and a forged proof on the timeline are found and said', async () => {
    const [key] = studyKeys(recorded);
    const { study, steps } = jsonOf<{ study: Study; steps: Step[] }>(recorded, key!);
    const forged = structuredClone(steps);
    const of = (name: string) =>
      forged.find(step => step.name === name)!.result as {
        root: string;
        receipt: { message: { amount: string } };
      };
    of('predict.receipt').receipt.message.amount = '1';
    of('measure.anchor').root = `0x${'ab'.repeat(32)}`;
    const instead: Instead = (request, response) =>
      isFor(request, key!) && answerJson(response, { study, steps: forged });
    await withPage(instead, async (page, url) => {
      await page.goto(`${url}/studies/${study.id}`);
      await page.click('[data-step="predict.receipt"] summary');
      await page.getByText('wrong signer').waitFor();
      await page.click('[data-step="measure.anchor"] summary');
      await page.getByText('proof wrong').waitFor();
    });
  });

  test('a running study fills in as it happens, and says it aloud', async () => {
    const [key] = studyKeys(recorded);
    const { study, steps } = jsonOf<{ study: Study; steps: Step[] }>(recorded, key!);
    let send: ((event: string, value: unknown) => void) | undefined;
    const instead: Instead = (request, response) => {
      if (isFor(request, key!)) {
        return answerJson(response, { study: { ...study, state: 'running' }, steps: steps.slice(0, 2) });
      }
      if (!isFor(request, `${key}/events`)) return false;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      send = (event, value) => response.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
      send('step', steps[1]);
      return true;
    };
    await withPage(instead, async (page, url) => {
      await page.goto(`${url}/studies/${study.id}`);
      await page.waitForSelector('[data-step=dataset][data-state=done]');
      const name = steps[2]!.name;
      await page.waitForSelector(`[data-step="${name}"][data-state=waiting]`);
      send!('step', { ...steps[2], status: 'running', result: undefined });
      await page.waitForSelector(`[data-step="${name}"][data-state=running]`);
      send!('step', steps[2]);
      await page.waitForSelector(`[data-step="${name}"][data-state=done]`);
      await page
        .locator('[aria-live=polite]')
        .getByText('Asked the data owner')
        .waitFor({ state: 'attached' });
      for (const step of steps.slice(3)) send!('step', step);
      send!('study', study);
      await page.waitForSelector('.step:not([data-state=done])', { state: 'detached' });
      await page.getByRole('link', { name: 'See and try the model' }).waitFor();
    });
  });

  test('a data owner with the token sees what would run, approves, and the token leaves the address', async () => {
    const token = 'a-token-of-this-node';
    const asked: { path: string; authorization: string | undefined }[] = [];
    const steps = jsonOf<{ steps: Step[] }>(recorded, studyKeys(recorded)[0]!).steps;
    const result = steps.find(step => step.name === 'permission.asked')!.result as Record<string, unknown>;
    let status = 'pending';
    const instead: Instead = (request, response) => {
      const path = request.url ?? '';
      if (path === '/api/status') {
        const own = jsonOf<Status>(recorded, 'GET /api/status');
        return answerJson(response, { ...own, roles: ['custody'], pendingRequests: 1 });
      }
      if (!path.startsWith('/api/requests') && path !== '/api/jobs') return false;
      const { authorization } = request.headers;
      asked.push({ path, authorization });
      if (path === '/api/jobs') return answerJson(response, { jobs: [] });
      if (authorization !== `Bearer ${token}`) {
        return answerJson(
          response,
          { error: { code: 'K_HTTP_TOKEN', message: 'This call needs the token.' } },
          401,
        );
      }
      if (request.method === 'POST') {
        status = 'approved';
        return answerJson(response, { grant: {} });
      }
      const manifest = {
        program: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
        params: { target: 'heart_disease' },
        limits: { fuel: 1000 },
        outputs: [{ name: 'model.onnx', class: 'model', maxBytes: 1024 }],
      };
      return answerJson(response, { requests: [{ ...result, status, receivedAtMs: 0, manifest }] });
    };
    await withPage(instead, async (page, url) => {
      await page.goto(`${url}/data`);
      await page.getByLabel('Token of this node').waitFor();
      await page.goto(`${url}/data#token=${token}`);
      await page.reload();
      await page.getByText('waits for your answer').waitFor();
      assert.equal(await page.evaluate('location.hash'), '');
      await page.getByText('What exactly would run').click();
      await page.getByText('model.onnx (model, at most 1.0 KiB)').waitFor();
      await page.getByRole('button', { name: 'Approve' }).click();
      await page.getByText('approved', { exact: false }).first().waitFor();
      const approval = asked.find(({ path }) => path.endsWith('/approve'));
      assert.equal(approval?.authorization, `Bearer ${token}`);
      await page.getByText('Nothing left.').waitFor();
    });
  });

  test('a node that does not answer is said in words, and trying again helps', async () => {
    let isDown = true;
    const instead: Instead = (request, response) =>
      request.url === '/api/nodes' &&
      isDown &&
      answerJson(
        response,
        { error: { code: 'K_RPC_UNREACHABLE', message: 'The chain does not answer.', next: 'Wait.' } },
        502,
      );
    await withPage(instead, async (page, url) => {
      await page.goto(url);
      const alert = page.getByRole('alert');
      await alert.getByText('The chain does not answer.').waitFor();
      isDown = false;
      await alert.getByRole('button', { name: 'Try again' }).click();
      await page.waitForSelector('tr.self');
    });
  });

  test('a network with nothing in it yet says what to do', async () => {
    const empty: Record<string, unknown> = {
      '/api/studies': { studies: [] },
      '/api/models': { models: [] },
      '/api/datasets': { datasets: [] },
    };
    const instead: Instead = (request, response) =>
      (request.url ?? '') in empty && answerJson(response, empty[request.url ?? '']);
    await withPage(instead, async (page, url) => {
      for (const [path, words] of [
        ['/', /Nothing has been studied/],
        ['/studies', /No study was run/],
        ['/models', /No model yet/],
        ['/data', /No dataset is published/],
      ] as const) {
        await page.goto(url + path);
        await page.getByText(words).waitFor();
      }
    });
  });
});

/** Keys of the recorded studies. */
function studyKeys(recorded: Recorded): string[] {
  return Object.keys(recorded).filter(key => /^GET \/api\/studies\/\w+$/.test(key));
}

function isFor(request: IncomingMessage, key: string): boolean {
  return `${request.method} ${request.url}` === key;
}
