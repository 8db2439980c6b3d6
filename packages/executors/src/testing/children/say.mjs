// A child that says whatever its job's program spells, and then waits: for what a taken-over child might write.
import { readSync, writeSync } from 'node:fs';

const buffer = new Uint8Array(65_536);
let text = '';
while (!text.includes('<<end>>')) {
  text += Buffer.from(buffer.subarray(0, readSync(0, buffer))).toString('latin1');
}
const said = text.slice(text.indexOf('<<say>>') + 7, text.indexOf('<<end>>'));
writeSync(1, Buffer.from(said, 'latin1'));
setInterval(() => {}, 1_000);
