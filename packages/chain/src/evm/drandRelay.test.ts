import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import { systemClock } from '../clock.ts';
import { QUICKNET } from '../deployment/quicknet.ts';
import { drandProof, drandProofs } from './drandRelay.ts';

const vectors = JSON.parse(
  readFileSync(new URL('../../../../vectors/drand.json', import.meta.url), 'utf8'),
) as Record<'quicknet' | 'testNetwork', Vectors>;
interface Vectors {
  periodSeconds: number;
  genesisTime: number;
  publicKeyPoint: string;
  rounds: { round: string; signature: `0x${string}`; proof: string }[];
}

it('knows quicknet as its vectors do', () => {
  const { periodSeconds, genesisTime, publicKeyPoint } = vectors.quicknet;
  assert.deepEqual(QUICKNET, {
    genesis: BigInt(genesisTime),
    period: BigInt(periodSeconds),
    publicKey: publicKeyPoint,
  });
});

it('finds the point a signature stands for', () => {
  for (const { signature, proof } of [...vectors.quicknet.rounds, ...vectors.testNetwork.rounds])
    assert.equal(drandProof(signature), proof);
  assert.equal(drandProof('0x00'), undefined);
  assert.equal(drandProof(`0x${'ff'.repeat(48)}`), undefined);
});

it('asks the next relay where one is silent or lies about the round', async () => {
  const [{ round, signature, proof }] = vectors.quicknet.rounds as [Vectors['rounds'][0]];
  const server = createServer((request, response) => {
    const told = request.url === `/good/public/${round}` ? Number(round) : 7;
    response.end(JSON.stringify({ round: told, signature: signature.slice(2) }));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const proofs = drandProofs(systemClock, ['http://127.0.0.1:1', `${base}/lies`, `${base}/good`]);
    assert.equal(await proofs(BigInt(round)), proof);
    assert.equal(await proofs(BigInt(round) + 1n), undefined);
  } finally {
    server.close();
  }
});
