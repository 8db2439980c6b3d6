import {
  concatBytes,
  type Domains,
  fromHex,
  type Hex,
  type Message,
  type StatementType,
  toHex,
  typedData,
  utf8,
  verifyingContractOf,
} from '@koinon/protocol';
import { keccak_256 } from '@noble/hashes/sha3.js';

/** Field of one word: every type a simulated node signs has only such. */
function word(value: unknown): Uint8Array {
  if (typeof value === 'string') return fromHex(value.slice(2).padStart(64, '0'));
  return fromHex(
    BigInt(value as bigint | number)
      .toString(16)
      .padStart(64, '0'),
  );
}

const typeHashes = new Map<StatementType, Uint8Array>();
function typeHash(type: StatementType): Uint8Array {
  const known = typeHashes.get(type);
  if (known) return known;
  const fields = typedData[type].map(field => `${field.type} ${field.name}`).join(',');
  const hash = keccak_256(utf8.encode(`${type}(${fields})`));
  typeHashes.set(type, hash);
  return hash;
}

const DOMAIN = keccak_256(
  utf8.encode('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
);

/** EIP-712 digests as `statementDigest` computes them, ten times as fast: a run needs some hundred thousand. */
export function fastDigests(domains: Domains) {
  const separators = new Map<string, Uint8Array>();
  function separator(contract: string): Uint8Array {
    const known = separators.get(contract);
    if (known) return known;
    const [name, version] = ['Koinon', '1'].map(text => keccak_256(utf8.encode(text)));
    const hash = keccak_256(concatBytes(DOMAIN, name!, version!, word(domains.chainId), word(contract)));
    separators.set(contract, hash);
    return hash;
  }
  return <T extends StatementType>(type: T, message: Message<T>): Hex => {
    const values = typedData[type].map(({ name }) => word((message as Record<string, unknown>)[name]));
    const body = keccak_256(concatBytes(typeHash(type), ...values));
    return toHex(
      keccak_256(concatBytes(Uint8Array.of(0x19, 1), separator(domains[verifyingContractOf[type]]), body)),
    );
  };
}
