// A parent that starts a child which never ends, says its process id, and waits to be killed.
import { startChild } from '../../host/child.ts';
import { findSandbox } from '../../host/sandbox.ts';
import { workerFiles } from '../../host/workerFiles.ts';

import { spin } from '../wasmProgram.ts';

const [kind, without] = process.argv.slice(2);
const { sandbox } = await findSandbox(kind);
if (without) delete sandbox[without];
const caps = { headerBytes: 65_536, files: 8, totalBytes: 65_536 };
const child = startChild(sandbox, workerFiles('wasm'), { memoryBytes: 2 ** 30 }, caps);
const limits = { fuel: 1e13, stepFuel: 1e13, memoryPages: 1, callDepth: 10, outputBytes: 0 };
const header = { kind: 'run', names: [], limits, seed: `0x${'00'.repeat(32)}`, timeMs: 0 };
child.send({ header, files: [spin, new TextEncoder().encode('{}')] });
console.log(child.pid);
setInterval(() => {}, 1_000);
