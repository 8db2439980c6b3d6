import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
/** The rules of WCAG 2.2, levels A and AA, and axe's own best practices. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** Throws where axe finds a violation of WCAG 2.2 AA on the page as it stands. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axe);
  const violations = (await page.evaluate(
    `axe.run(document, { runOnly: { type: 'tag', values: ${JSON.stringify(TAGS)} } }).then(r => r.violations)`,
  )) as Violation[];
  const told = violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map(node => `    ${node.html}\n    ${node.failureSummary ?? ''}`).join('\n')}`,
  );
  assert.deepEqual(told, [], `axe on ${what}`);
}

/** Throws where the page is wider than the window, so that one would have to scroll sideways. */
export async function assertFits(page: Page, what: string): Promise<void> {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content! <= window!, `${what} is ${content} px wide in a window of ${window}`);
}

export interface Stop {
  name: string;
  isVisible: boolean;
  hasOutline: boolean;
}

/** Walks the page with the Tab key until it is round; every stop with its name and whether one sees the focus there. */
async function walkByKeyboard(page: Page, limit = 400): Promise<Stop[]> {
  // The walk begins where a reader who just came begins: before everything.
  await page.evaluate(() => {
    const start = document.createElement('span');
    start.tabIndex = -1;
    document.body.prepend(start);
    start.focus();
    start.remove();
  });
  const stops: Stop[] = [];
  for (let i = 0; i < limit; i++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate((): (Stop & { isFirst: boolean }) | undefined => {
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      const isFirst = !element.hasAttribute('data-walked');
      element.setAttribute('data-walked', '');
      const labels = (element as HTMLInputElement).labels;
      const name =
        element.getAttribute('aria-label') ??
        (labels && labels.length > 0 ? labels[0]!.textContent : element.textContent) ??
        '';
      const box = element.getBoundingClientRect();
      const shape = element.querySelector('rect');
      const style = getComputedStyle(element);
      const hasOutline =
        (style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2) ||
        (shape !== null && Number.parseFloat(getComputedStyle(shape).strokeWidth) >= 3);
      return { name: name.trim(), isVisible: box.width > 0 && box.height > 0, hasOutline, isFirst };
    });
    if (!stop?.isFirst) break;
    stops.push({ name: stop.name, isVisible: stop.isVisible, hasOutline: stop.hasOutline });
  }
  return stops;
}

/** Throws unless every stop of the walk has a name and shows that the focus is there. */
export async function assertKeyboard(page: Page, what: string): Promise<Stop[]> {
  const stops = await walkByKeyboard(page);
  assert.equal(stops[0]?.name, 'Skip to content', `${what}: the first stop skips the navigation`);
  assert.deepEqual(
    stops.filter(stop => stop.name === '' || !stop.isVisible || !stop.hasOutline),
    [],
    `${what}: stops without a name or without a visible focus`,
  );
  const unreached = await page.evaluate(() =>
    [...document.querySelectorAll('a[href], button:not(:disabled), input, select, summary')]
      .filter(element => element.getClientRects().length > 0 && !element.hasAttribute('data-walked'))
      .map(element => element.outerHTML.slice(0, 120)),
  );
  assert.deepEqual(unreached, [], `${what}: controls that Tab does not reach`);
  return stops;
}
