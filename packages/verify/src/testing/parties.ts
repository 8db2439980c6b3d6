import {
  type Domains,
  type Hex,
  keySigner,
  type StatementSigner,
  sha256,
  toHex,
  utf8,
} from '@koinon/protocol';

/** A fixed key for a name. */
function partyOf(name: string): StatementSigner {
  return keySigner(toHex(sha256(utf8.encode(`key of ${name}`))));
}

export function digestOf(text: string): Hex {
  return toHex(sha256(utf8.encode(text)));
}

export const parties = {
  hospital: partyOf('hospital'),
  hospitalAudit: partyOf('hospital-audit'),
  alder: partyOf('alder'),
  birch: partyOf('birch'),
  cedar: partyOf('cedar'),
  researcher: partyOf('researcher'),
} as const;

export const domains: Domains = {
  chainId: 31337,
  nodes: `0x${'a1'.repeat(20)}`,
  escrow: `0x${'a2'.repeat(20)}`,
  datasets: `0x${'a3'.repeat(20)}`,
};

export const token: Hex = `0x${'a4'.repeat(20)}`;
