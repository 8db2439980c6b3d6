import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

/** Flags for a browser of tests: no sandbox of its own (tests run as root in containers), and no calls home. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];
const SYSTEM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export type Found = { path: string } | { reason: string };

/** A Chromium: the one `CHROMIUM` names, the system's, or the one npm brought; else why there is none. */
async function findBrowser(environment: NodeJS.ProcessEnv = process.env): Promise<Found> {
  const named = environment['CHROMIUM'];
  if (named)
    return existsSync(named) ? { path: named } : { reason: `CHROMIUM names ${named}, which does not exist` };
  const system = SYSTEM_PATHS.find(path => existsSync(path));
  if (system) return { path: system };
  try {
    return { path: await unpackChromium() };
  } catch (error) {
    return { reason: `no Chromium in CHROMIUM, on the system or from npm (${(error as Error).message})` };
  }
}

/** A reason to skip tests that need a browser, or false. Where `CI` is `true` there is no such reason: they then fail. */
export async function skipWithoutBrowser(): Promise<string | false> {
  const found = await findBrowser();
  if ('path' in found || process.env['CI'] === 'true') return false;
  return `${found.reason}; set CHROMIUM to run this`;
}

/** Throws where there is no browser. */
export async function openBrowser(): Promise<Browser> {
  const found = await findBrowser();
  if ('reason' in found) throw new Error(found.reason);
  const fonts = join(dirname(found.path), 'fonts');
  // Where the system has no fonts, npm's Chromium brings one.
  const env =
    existsSync(fonts) && !existsSync('/etc/fonts') ? { ...process.env, FONTCONFIG_PATH: fonts } : process.env;
  return chromium.launch({
    executablePath: found.path,
    args: ARGUMENTS,
    headless: true,
    env: env as Record<string, string>,
  });
}

/** Unpacks npm's Chromium once into `node_modules/.cache`; two tests that do so at once do not disturb each other. */
async function unpackChromium(): Promise<string> {
  const home = dirname(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))));
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  const cache = join(dirname(dirname(home)), '.cache');
  const folder = join(cache, `chromium-${version}`);
  const path = join(folder, 'chromium');
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(join(cache, 'chromium-'));
  const before = process.env['TMPDIR'];
  try {
    // The package unpacks into the temporary folder, unless it finds an earlier one there.
    process.env['TMPDIR'] = unfinished;
    const { default: packed } = await import('@sparticuz/chromium');
    await packed.executablePath();
    if (!existsSync(path)) renameSync(unfinished, folder);
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(unfinished, { recursive: true, force: true });
  }
  return path;
}
