import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { publint } from 'publint';
import { buildPackage } from '../scripts/pack.ts';

const repository = join(import.meta.dirname, '..', '..', '..');
const modules = join(repository, 'node_modules');
/** Plain Node of the oldest version the package is for, where this machine has it. */
const plainNode = ['/usr/bin/node', '/usr/local/bin/node'].find(
  path => existsSync(path) && /^v20\./.test(execFileSync(path, ['--version'], { encoding: 'utf8' })),
);
const application = `import { connect, KoinonError, routesOf } from '@koinon/sdk';
import { inferRequestOf } from '@koinon/sdk/inference';
const koinon = connect({ url: 'http://127.0.0.1:1' });
const failure = await koinon.client.call(routesOf.node.status).catch(error => error);
const { inputs } = inferRequestOf([{ name: 'age', datatype: 'FP32' }], [{ age: 61 }]);
console.log(failure instanceof KoinonError, failure.code, inputs[0].data[0]);
`;

describe('the package as it is published', () => {
  let folder: string;
  let tarball: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'koinon-sdk-'));
    const dist = await buildPackage();
    const packed = spawnSync('npm', ['pack', dist, '--pack-destination', folder, '--offline', '--silent'], {
      encoding: 'utf8',
    });
    assert.equal(packed.status, 0, packed.stderr);
    tarball = join(folder, readdirSync(folder).find(name => name.endsWith('.tgz'))!);
    // What npm would put there; its dependencies are those of this repository.
    const installed = join(folder, 'node_modules', '@koinon', 'sdk');
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed]);
    const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    for (const name of Object.keys(dependencies)) {
      mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
      symlinkSync(join(modules, name), join(folder, 'node_modules', name));
    }
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(folder, 'application.js'), application);
  });
  after(() => rmSync(folder, { recursive: true }));

  test('names nothing of this workspace', () => {
    const installed = join(folder, 'node_modules', '@koinon', 'sdk');
    for (const path of readdirSync(installed, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(js|ts|json)$/.test(path)) continue;
      const text = readFileSync(join(installed, path), 'utf8');
      assert.doesNotMatch(text, /(from|import)\s*\(?["']@koinon\//, path);
      assert.equal(text.includes(repository), false, path);
    }
  });

  test('is imported by plain Node 20', { skip: plainNode ? false : 'no Node 20 is installed here' }, () => {
    const said = execFileSync(plainNode!, ['application.js'], { cwd: folder, encoding: 'utf8' });
    assert.equal(said, 'true K_NODE_UNREACHABLE 61\n');
  });

  test('is bundled for a browser, without anything of Node', async () => {
    const { outputFiles, warnings } = await build({
      entryPoints: [join(folder, 'application.js')],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      write: false,
      nodePaths: [modules],
    });
    assert.deepEqual(warnings, []);
    assert.doesNotMatch(outputFiles[0]!.text, /node:(http|stream)/);
  });

  test('gives an application its types', () => {
    const typed = `import { connect } from '@koinon/sdk';
const koinon = connect({ url: 'http://127.0.0.1:1' });
export const label: Promise<string | undefined> = koinon.predict('heart', [{ age: 61 }]).then(([first]) => first?.label);
// @ts-expect-error A training needs a purpose.
export const study = koinon.train({ dataset: 1n, name: 'heart' });
for await (const step of koinon.follow('1')) if (step.kind === 'served') console.log(step.result?.version.toFixed());
`;
    writeFileSync(join(folder, 'application.ts'), typed);
    cpSync(join(repository, 'tsconfig.json'), join(folder, 'tsconfig.base.json'));
    const compilerOptions = { types: [], noEmit: true };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ extends: './tsconfig.base.json', compilerOptions, include: ['application.ts'] }),
    );
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(modules, 'typescript', 'bin', 'tsc'), '-p', join(folder, 'tsconfig.json')],
      { encoding: 'utf8' },
    );
    assert.equal(status, 0, stdout);
  });

  test('publint and attw find nothing to say', async () => {
    const { messages } = await publint({
      pkgDir: join(folder, 'node_modules', '@koinon', 'sdk'),
      pack: false,
    });
    assert.deepEqual(messages, []);
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        join(modules, '@arethetypeswrong', 'cli', 'dist', 'index.js'),
        tarball,
        '--profile',
        'esm-only',
        '--no-color',
      ],
      { encoding: 'utf8' },
    );
    assert.equal(status, 0, stdout);
  });
});
