// Entry of every npm script. Runs on any Node the machine has, brings the tree to a working state (packages
// installed, programs and page built), then hands over to the pinned Node 24 in node_modules.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  world: ['packages/world/src/main.ts'],
};
const target = targets[command];
if (!target) {
  console.error(`Unknown command "${command}". Known: ${Object.keys(targets).join(', ')}.`);
  process.exit(2);
}

const pinnedNode = join(root, 'node_modules', '.bin', 'node');
const leave = takeTurn();
install();
const node = existsSync(pinnedNode) ? pinnedNode : process.execPath;
build();
leave();
handOver();

/** Installs the packages of the lockfile once; again only when the lockfile changes. */
function install() {
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.koinon-install');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  console.error('Installing packages (once) …');
  if (!runsNpm()) {
    // What an interrupted install leaves can keep npm from ever clearing it away by itself.
    console.error('npm ci failed; removing node_modules and trying once more …');
    rmSync(join(root, 'node_modules'), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    if (!runsNpm()) {
      console.error('npm ci failed. Check that the npm registry can be reached, then run the command again.');
      process.exit(1);
    }
  }
  writeFileSync(stamp, digest);
}

/** Whether `npm ci` ended well. */
function runsNpm() {
  const npm = process.env['npm_execpath'];
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const [file, ...fixed] = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  return spawnSync(file, [...fixed, ...flags], { cwd: root, stdio: ['ignore', 2, 2] }).status === 0;
}

function build() {
  const result = spawnSync(node, [join(root, 'scripts', 'build.ts')], { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/**
 * Waits until no other command installs or builds here, and returns what lets the next one. Who leaves without a word, or was
 * killed, is passed over.
 */
function takeTurn() {
  const lock = join(root, '.koinon-lock');
  const holder = join(lock, 'pid');
  for (let hasTold = false, anonymous = 0; ; ) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const pid = existsSync(holder) ? Number(readFileSync(holder, 'utf8')) : 0;
    // Between folder and file lies an instant; a folder that stays without one was left so.
    if (pid ? !isAlive(pid) : ++anonymous > 20) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (pid && !hasTold) console.error(`Waiting for another command (process ${pid}) to install and build …`);
    hasTold ||= pid > 0;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  writeFileSync(holder, `${process.pid}`);
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once('exit', release);
  return () => {
    process.off('exit', release);
    release();
  };
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
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
