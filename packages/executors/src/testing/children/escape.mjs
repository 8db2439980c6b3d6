// A child that has broken out of V8 and of Node, tries to reach what is not its own, and says how far it came.
import { closeSync, constants, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { connect } from 'node:net';

const buffer = Buffer.alloc(65_536);
const { port, parent, key, open, script } = JSON.parse(buffer.subarray(4, readSync(0, buffer)).toString());
const attempt = action => {
  try {
    action();
    return 'done';
  } catch (error) {
    return error.code ?? String(error);
  }
};
const mayWrite = path => attempt(() => closeSync(openSync(path, constants.O_WRONLY)));
const mayCreate = path => attempt(() => closeSync(openSync(path, 'wx')));
const dial = host =>
  new Promise(resolve => {
    const socket = connect({ host, port });
    socket.on('connect', () => resolve('done')).on('error', error => resolve(error.code));
  });
const header = Buffer.from(
  JSON.stringify({
    kind: 'tried',
    uid: process.getuid(),
    dial: [await dial('127.0.0.1'), await dial('::1')],
    key: attempt(() => readFileSync(key)),
    open: attempt(() => readFileSync(open)),
    signal: attempt(() => process.kill(parent, 'SIGWINCH')),
    rootAgain: [
      attempt(() => process.setuid(0)),
      attempt(() => process.seteuid(0)),
      attempt(() => process.setgid(0)),
    ],
    write: [mayWrite('/worker.mjs'), mayWrite('/node'), mayWrite(script)],
    create: ['/x', '/lib/x', '/tmp/koinon-escape', '/dev/shm/koinon-escape'].map(mayCreate),
    sizes: [],
  }),
);
const length = Buffer.alloc(4);
length.writeUInt32BE(header.length);
writeSync(1, Buffer.concat([length, header]));
setInterval(() => {}, 1_000);
