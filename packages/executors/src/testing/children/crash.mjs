// A child that dies in the middle of its answer.
import { writeSync } from 'node:fs';

writeSync(1, Uint8Array.of(0, 0, 0, 40, 0x7b, 0x22));
process.kill(process.pid, 'SIGSEGV');
setInterval(() => {}, 1_000);
