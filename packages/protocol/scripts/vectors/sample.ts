import { type Hex, sha256, toHex, utf8 } from '../../src/index.ts';

/** Bytes that follow from a label alone. */
export function sampleBytes(label: string, length = 32): Uint8Array {
  const out = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += 32) {
    out.set(
      sha256(utf8.encode(`koinon vector ${label} ${offset / 32}`)).subarray(0, length - offset),
      offset,
    );
  }
  return out;
}

export function sampleHex(label: string, length = 32): Hex {
  return toHex(sampleBytes(label, length));
}

export const sampleDomains = {
  chainId: 31_337,
  nodes: sampleHex('nodes', 20),
  escrow: sampleHex('escrow', 20),
  datasets: sampleHex('datasets', 20),
};

/** The first accounts of every local development chain; public, so never to be used elsewhere. */
export const wellKnownKeys: readonly Hex[] = [
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
  '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a',
];
