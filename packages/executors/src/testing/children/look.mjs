// A child that tries what a job must not be able to do, and answers with what came of it.
import { spawnSync } from 'node:child_process';
import { fstatSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { connect } from 'node:net';

const attempt = action => {
  try {
    return JSON.stringify(action() ?? null);
  } catch (error) {
    return error.code ?? String(error);
  }
};
const dial = () =>
  new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port: 9 });
    socket.on('connect', () => resolve('connected'));
    socket.on('error', error => resolve(error.code));
  });
const seen = {
  env: Object.keys(process.env),
  cwd: process.cwd(),
  passwd: attempt(() => readFileSync('/etc/passwd', 'utf8').length),
  root: attempt(() => readdirSync('/').length),
  write: attempt(() => writeFileSync('/tmp/koinon-look', 'x')),
  spawn: attempt(() => {
    const { error } = spawnSync('/bin/true');
    if (error) throw error;
    return 'spawned';
  }),
  dial: await dial().catch(error => error.code),
  uid: process.getuid(),
  stdin: attempt(() => fstatSync(0).isFile()),
};
const stdout = Buffer.from(JSON.stringify(seen));
const header = Buffer.from(
  JSON.stringify({
    kind: 'result',
    exitCode: 0,
    fuel: '0',
    traceRoot: `0x${'00'.repeat(32)}`,
    names: [],
    sizes: [stdout.length, 0],
  }),
);
const length = Buffer.alloc(4);
length.writeUInt32BE(header.length);
writeSync(1, Buffer.concat([length, header, stdout]));
setInterval(() => {}, 1_000);
