import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { buildWeb } from '../scripts/build.ts';
import type { Passport, RequestView, Status, Step, Study } from '../src/api/answers.ts';
import { assertAccessible, assertFits } from './accessibility.ts';
import { openBrowser, skipWithoutBrowser } from './browser.ts';
import { ownerDryRun, ownerRequest, stepsIn } from './ownerRequest.ts';
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
    ['output', () => passport().evaluations[0]!.metrics.outputs[0]!.cid],
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
      forged.find(step => step.name === name)!.result as unknown as {
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

  describe('the owner’s desk', () => {
    const token = 'a-token-of-this-node';
    /** A custodian with one request; remembers what it was told. */
    const custodian = () => {
      const told: { path: string; body: unknown }[] = [];
      const steps = stepsIn(recorded);
      let request: RequestView = ownerRequest(recorded, steps);
      const isOwner = ({ headers }: IncomingMessage) => headers.authorization === `Bearer ${token}`;
      const instead: Instead = (question, response) => {
        const path = question.url ?? '';
        if (path === '/api/status') {
          const own = jsonOf<Status>(recorded, 'GET /api/status');
          return answerJson(response, { ...own, services: ['custody', 'work'], pendingRequests: 1 });
        }
        if (path === '/api/jobs') return answerJson(response, { jobs: [] });
        if (!path.startsWith('/api/requests')) return false;
        if (!isOwner(question)) {
          const error = {
            code: 'K_HTTP_TOKEN',
            message: 'This call needs the token.',
            fault: 'user',
            data: {},
          };
          return answerJson(response, { error }, 401);
        }
        if (question.method !== 'POST') {
          if (path.startsWith(`/api/requests/${request.digest}`)) return answerJson(response, request);
          const isListed = request.status === 'pending' || !path.includes('status=pending');
          return answerJson(response, { requests: isListed ? [request] : [] });
        }
        void bodyOf(question).then(body => {
          told.push({ path, body });
          if (path.endsWith('/dry-run')) return answerJson(response, ownerDryRun(recorded, steps));
          request = { ...request, status: path.endsWith('/approve') ? 'approved' : 'denied' };
          return answerJson(response, path.endsWith('/approve') ? { grant: {} } : { denied: 1 });
        });
        return true;
      };
      return {
        told,
        instead,
        request,
        change: (changes: Partial<RequestView>) => {
          request = { ...request, ...changes };
        },
      };
    };
    const open = async (page: Page, url: string) => {
      await page.goto(`${url}/data#token=${token}`);
      await page.getByText('waiting').first().waitFor();
      await page.getByText('Look at all of it').click();
      await page.getByRole('heading', { name: 'What could leave' }).waitFor();
    };

    test('shows all of a request, and grants just that once its bits are typed', async () => {
      const { told, instead, request } = custodian();
      const { bits, terms, uses } = request.request.message;
      await withPage(instead, async (page, url) => {
        await page.goto(`${url}/data`);
        await page.getByLabel('Token of this node').waitFor();
        // Another part of the same address would load nothing.
        await page.goto('about:blank');
        await open(page, url);
        assert.equal(await page.evaluate('location.hash'), '');
        const shown = (await page.textContent('[data-request]')) ?? '';
        for (const said of [
          'a program Koinon does not ship: 12,345 bytes',
          'imports koinon_io.read',
          'target = ',
          'your rows to train on',
          'model.onnx: a model, written anew by the gate',
          `${bits} bits a use: as much as ${bits} yes/no questions`,
          '3,000 bits; ',
        ])
          assert.ok(shown.includes(said), `${said} is not in ${shown}`);
        await assertAccessible(page, 'a request');
        await page.getByRole('button', { name: 'Grant …' }).press('Enter');
        const dialog = page.getByRole('dialog');
        const field = dialog.getByLabel('type the number of bits');
        await assertAccessible(page, 'the question');
        await page.keyboard.press('Escape');
        await dialog.waitFor({ state: 'detached' });
        assert.match((await page.evaluate('document.activeElement.textContent')) as string, /Grant …/);
        await page.getByRole('button', { name: 'Grant …' }).press('Enter');
        await field.fill('1');
        await page.keyboard.press('Enter');
        await dialog.getByText(`type ${bits}`).waitFor();
        assert.deepEqual(told, []);
        await field.fill(bits);
        await page.keyboard.press('Enter');
        await page.getByText('No request waits for you').waitFor({ timeout: LONG_MS });
        assert.deepEqual(told, [
          { path: `/api/requests/${request.digest}/approve`, body: { terms, bits, uses } },
        ]);
        await page.getByText('Nothing left.').waitFor();
        await page.getByRole('button', { name: 'Show decided ones too' }).click();
        await page.getByText('granted').waitFor();
      });
    });

    test('grants nothing where the job that is shown is not the one that would be signed', async () => {
      const { told, instead, request, change } = custodian();
      change({ manifest: { ...request.manifest, params: { target: 'another' } } });
      await withPage(instead, async (page, url) => {
        await open(page, url);
        await page.getByRole('button', { name: 'Grant …' }).click();
        await page.getByLabel('type the number of bits').fill(request.request.message.bits);
        await page.keyboard.press('Enter');
        await page.getByText('not the one a grant would be for').waitFor({ timeout: LONG_MS });
        assert.deepEqual(told, []);
      });
    });

    test('a try on the rows is told with its figures and weights, and fits on a phone', async () => {
      const { told, instead, request } = custodian();
      await withPage(instead, async (page, url) => {
        await page.setViewportSize({ width: 360, height: 740 });
        await open(page, url);
        await page.getByText('counts one bit').waitFor();
        await page.getByRole('button', { name: 'Try it on my rows first' }).click();
        await page.waitForSelector('[data-dry-run=released]', { timeout: LONG_MS });
        const shown = (await page.textContent('[data-dry-run]')) ?? '';
        assert.match(shown, /would leave: written anew from its facts/);
        assert.match(shown, /accuracy.*0\.895/);
        assert.match(shown, /smaller weights/);
        assert.deepEqual(told, [{ path: `/api/requests/${request.digest}/dry-run`, body: null }]);
        await assertFits(page, 'a request that was tried');
        await assertAccessible(page, 'a request that was tried');
      });
    });

    test('one is denied, or all of whoever asked', async () => {
      for (const [button, path, more] of [
        ['Deny this request', (digest: string) => `/api/requests/${digest}/deny`, false],
        ['Deny all that wait from this requester', () => '/api/requests/deny', true],
      ] as const) {
        const { told, instead, request } = custodian();
        await withPage(instead, async (page, url) => {
          await open(page, url);
          await page.getByRole('button', { name: 'Deny …' }).click();
          await page.getByLabel('Why').fill('Not for insurance.');
          await page.getByRole('button', { name: button }).click();
          await page.getByText('No request waits for you').waitFor();
          const { requester } = request.request.message as { requester?: string };
          const body = { ...(more ? { requester } : {}), reason: 'Not for insurance.' };
          assert.deepEqual(told, [{ path: path(request.digest), body }]);
        });
      }
    });

    test('a grant that was taken back is said to be revoked', async () => {
      const { instead, change } = custodian();
      change({ status: 'revoked' });
      await withPage(instead, async (page, url) => {
        await page.goto(`${url}/data#token=${token}`);
        await page.getByRole('button', { name: 'Show decided ones too' }).click();
        await page.getByText('revoked').waitFor();
        assert.equal(await page.getByText('granted').count(), 0);
      });
    });
  });

  test('a node that does not answer is said in words, and trying again helps', async () => {
    let isDown = true;
    const instead: Instead = (request, response) =>
      request.url === '/api/nodes' &&
      isDown &&
      answerJson(
        response,
        {
          error: {
            code: 'K_RPC_UNREACHABLE',
            message: 'The chain does not answer.',
            fault: 'chain',
            data: {},
            next: 'Wait.',
          },
        },
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

  test('a page of a service that is off is not in the menu, asks nothing, and says so', async () => {
    const asked: string[] = [];
    const instead: Instead = (request, response) => {
      asked.push(request.url ?? '');
      if (request.url !== '/api/status') return false;
      const own = jsonOf<Status>(recorded, 'GET /api/status');
      return answerJson(response, { ...own, services: ['work'] });
    };
    await withPage(instead, async (page, url) => {
      for (const [path, service] of [
        ['/studies', 'studies'],
        ['/models/heart', 'serving'],
        ['/integrity', 'court'],
      ] as const) {
        await page.goto(url + path);
        await page.getByText(`The service ${service} is off on this node`).waitFor();
      }
      await page.goto(url);
      await page.waitForSelector('tr.self');
      assert.deepEqual(await page.locator('nav a').allTextContents(), ['Network', 'Data', 'Glossary']);
    });
    const of = /^\/api\/(studies|models|integrity|disputes|names|requests)/;
    assert.deepEqual(
      asked.filter(path => of.test(path)),
      [],
    );
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

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString() || 'null');
}
