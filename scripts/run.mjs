// Entry of every npm script. Runs on any Node the machine has, brings the tree to a working state (packages
// installed, programs and page built), then hands over to the pinned Node 24 in node_modules.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [command, ...args] = process.argv.slice(2);
const targets = {
  start: ['packages/cli/dist/main.mjs', 'start'],
  koinon: ['packages/cli/dist/main.mjs'],
  test: ['scripts/test.ts'],
  bench: ['scripts/bench.ts'],
  simulate: ['packages/simulate/src/main.ts'],
};
const target = targets[command];
if (!target) {
  console.error(`Unknown command "${command}". Known: ${Object.keys(targets).join(', ')}.`);
  process.exit(2);
}

install();
const pinnedNode = join(root, 'node_modules', '.bin', 'node');
const node = existsSync(pinnedNode) ? pinnedNode : process.execPath;
build();
handOver();

/** Installs the packages of the lockfile once; again only when the lockfile changes. */
function install() {
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.koinon-install');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  console.error('Installing packages (once) …');
  const npm = process.env['npm_execpath'];
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...flags], { cwd: root, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', flags, { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) {
    console.error('npm ci failed. Check that the npm registry can be reached, then run the command again.');
    process.exit(1);
  }
  writeFileSync(stamp, digest);
}

function build() {
  const result = spawnSync(node, [join(root, 'scripts', 'build.ts')], { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Runs the target and leaves only when it has left: Ctrl-C reaches it through the terminal's process group. */
function handOver() {
  const [file, ...fixed] = target;
  const child = spawn(node, [join(root, file), ...fixed, ...args], {
    stdio: 'inherit',
    // Compiled code is kept between starts; the processes it starts inherit this, sandboxed jobs do not.
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compile'), ...process.env },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
}
