import { createHash } from 'node:crypto';
import { run } from '@koinon/runtime';
import type { RunHeader } from './headers.ts';
import { receive, send } from './pipe.ts';
import { report } from './report.ts';
import { watchParent } from './watchParent.ts';

/** Bytes of each stream that are reported. */
const STREAM_MAX_BYTES = 64 * 1024;

/** One job, one answer. */
await report(async () => {
  const { header, files } = receive();
  watchParent();
  const { names, limits, seed, timeMs } = header as unknown as RunHeader;
  const [module, params, ...inputs] = files;
  const result = await run({
    module: module!,
    files: new Map(names.map((name, i) => [name, inputs[i]!])),
    params: params!,
    seed: Buffer.from(seed.slice(2), 'hex'),
    timeMs: BigInt(timeMs),
    limits: { ...limits, fuel: BigInt(limits.fuel), stepFuel: BigInt(limits.stepFuel) },
    hash: bytes => createHash('sha256').update(bytes).digest(),
    onProgress: ({ fuelUsed }) => send({ kind: 'progress', fuel: String(fuelUsed) }),
  });
  const { outputs, stdout, stderr, trap } = result;
  send(
    {
      kind: 'result',
      exitCode: result.exitCode,
      fuel: String(result.fuelUsed),
      traceRoot: `0x${Buffer.from(result.traceRoot).toString('hex')}`,
      names: [...outputs.keys()],
      ...(trap === undefined ? {} : { trap }),
    },
    [stdout.subarray(0, STREAM_MAX_BYTES), stderr.subarray(0, STREAM_MAX_BYTES), ...outputs.values()],
  );
});
