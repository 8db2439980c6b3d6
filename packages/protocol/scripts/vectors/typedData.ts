import { concat, keccak256, toHex as numberToHex, pad, stringToHex } from 'viem';
import {
  type Hex,
  keySigner,
  type Message,
  messageSchema,
  type StatementType,
  statementDigest,
  toWire,
  typedData,
  verifyingContractOf,
} from '../../src/index.ts';
import { typeString } from '../typeHashes.ts';
import { sampleDomains, sampleHex, wellKnownKeys } from './sample.ts';

const kinds = ['typical', 'largest', 'smallest'] as const;
type Kind = (typeof kinds)[number];

/** A value of a Solidity type in wire form: numbers up to 32 bits, decimal text beyond. */
function sampleValue(kind: Kind, type: string, label: string): string | number {
  const bits = Number(/^uint(\d+)$/.exec(type)?.[1] ?? 0);
  if (bits > 0) {
    const largest = 2n ** BigInt(bits) - 1n;
    const value = { typical: BigInt(sampleHex(label, 6)) & largest, largest, smallest: 0n }[kind];
    return bits <= 32 ? Number(value) : value.toString();
  }
  if (type === 'string')
    return { typical: 'wasm,onnx', largest: 'κοινόν “\\ 🏛️'.repeat(20), smallest: '' }[kind];
  const length = type === 'address' ? 20 : 32;
  const byte = { largest: 'ff', smallest: '00' };
  return kind === 'typical' ? sampleHex(label, length) : `0x${byte[kind].repeat(length)}`;
}

/** One word of `encodeData`, written out by hand from EIP-712 as a check on the library the protocol uses. */
function word(type: string, value: string | number): Hex {
  if (type === 'string') return keccak256(stringToHex(String(value)));
  if (type.startsWith('uint')) return numberToHex(BigInt(value), { size: 32 });
  return pad(value as Hex, { size: 32 });
}

function separator(contract: Hex): Hex {
  const domain = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';
  return keccak256(
    concat([
      keccak256(stringToHex(domain)),
      word('string', 'Koinon'),
      word('string', '1'),
      word('uint256', sampleDomains.chainId),
      word('address', contract),
    ]),
  );
}

async function vectorOf(type: StatementType, kind: Kind, privateKey: Hex) {
  const fields = typedData[type];
  const message = Object.fromEntries(
    fields.map(field => [field.name, sampleValue(kind, field.type, `${type}.${field.name}`)]),
  );
  const typeHash = keccak256(stringToHex(typeString(type)));
  const structHash = keccak256(
    concat([typeHash, ...fields.map(field => word(field.type, message[field.name]!))]),
  );
  const domainSeparator = separator(sampleDomains[verifyingContractOf[type]]);
  const digest = keccak256(concat(['0x1901', domainSeparator, structHash]));
  const parsed = messageSchema(type).parse(message) as Message<StatementType>;
  if (statementDigest(type, parsed, sampleDomains) !== digest) throw new Error(`${type}: digests differ`);
  if (JSON.stringify(toWire(parsed)) !== JSON.stringify(message))
    throw new Error(`${type}: not in wire form`);
  const signer = keySigner(privateKey);
  return {
    type,
    kind,
    message,
    typeString: typeString(type),
    typeHash,
    structHash,
    domainSeparator,
    digest,
    privateKey,
    signer: signer.address,
    signature: await signer.signDigest(digest),
  };
}

/** Each signed type three times: distinct values in every field, all bits set, all bits clear. */
export async function typedDataVectors() {
  const types = Object.keys(typedData) as StatementType[];
  const cases = [];
  for (const type of types) {
    for (const [i, kind] of kinds.entries()) cases.push(await vectorOf(type, kind, wellKnownKeys[i]!));
  }
  return {
    about:
      'EIP-712 statements of Koinon; domain name "Koinon", version "1". Amounts and numbers beyond 32 bits are decimal text. Keys are the public ones of local chains.',
    ...sampleDomains,
    cases,
  };
}
