import type { TypedDataToPrimitiveTypes } from 'abitype';
import { hashTypedData, recoverAddress } from 'viem/utils';
import { z } from 'zod';
import type { Hex } from './bytes.ts';
import type { Deployment } from './deployment.ts';
import { KoinonError } from './errors.ts';
import { address, bytes32, signature, smallUint, uint } from './schema.ts';
import { type StatementType, typedData, verifyingContractOf } from './typedData.ts';

type Messages = TypedDataToPrimitiveTypes<typeof typedData>;
/** The fields of one signed type. */
export type Message<T extends StatementType> = { [K in keyof Messages[T]]: Messages[T][K] };

export type Offer = Message<'Offer'>;
export type Order = Message<'Order'>;
export type Receipt = Message<'Receipt'>;
export type AuditReport = Message<'AuditReport'>;
export type LogHead = Message<'LogHead'>;
export type Voucher = Message<'Voucher'>;
export type GrantRequest = Message<'GrantRequest'>;
export type Grant = Message<'Grant'>;

/** A message with its signature: 65 bytes, canonical s, by a plain key. */
export interface Signed<T extends StatementType> {
  message: Message<T>;
  signature: Hex;
}

/** What signs: a node's operator key, or a person's wallet. */
export interface StatementSigner {
  address: Hex;
  /** The signature over a 32-byte digest, 65 bytes r, s, v with s in the lower half. */
  signDigest(digest: Hex): Promise<Hex>;
}

/** The network a statement belongs to: the parts of its address file that enter the EIP-712 domain. */
export type Domains = Pick<Deployment, 'chainId' | 'nodes' | 'escrow' | 'datasets'>;

/** The EIP-712 digest of a message: the name of the statement. */
export function statementDigest<T extends StatementType>(
  type: T,
  message: Message<T>,
  domains: Domains,
): Hex {
  return hashTypedData({
    domain: {
      name: 'Koinon',
      version: '1',
      chainId: domains.chainId,
      verifyingContract: domains[verifyingContractOf[type]],
    },
    types: typedData,
    primaryType: type,
    message,
  } as unknown as Parameters<typeof hashTypedData>[0]);
}

export async function signStatement<T extends StatementType>(
  type: T,
  message: Message<T>,
  domains: Domains,
  signer: StatementSigner,
): Promise<Signed<T>> {
  return { message, signature: await signer.signDigest(statementDigest(type, message, domains)) };
}

/** n / 2 of secp256k1: a signature with a larger s is the altered twin of another one and is refused. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** The address that signed the digest, lower case. Throws `K_BAD_SIGNATURE` for malformed or high-s signatures. */
export async function recoverDigestSigner(digest: Hex, signed: Hex): Promise<Hex> {
  if (!/^0x[0-9a-fA-F]{130}$/.test(signed)) throw badSignature('The signature is not 65 bytes.');
  const s = BigInt(`0x${signed.slice(66, 130)}`);
  const v = Number.parseInt(signed.slice(130, 132), 16);
  if (s === 0n || s > HALF_ORDER || (v !== 27 && v !== 28)) {
    throw badSignature('The signature is not in canonical form.');
  }
  try {
    return (await recoverAddress({ hash: digest, signature: signed })).toLowerCase() as Hex;
  } catch (cause) {
    throw badSignature('The signature belongs to no key.', cause);
  }
}

/**
 * Throws `K_BAD_SIGNATURE` unless `expected` signed the message; returns its digest. A node that verifies what strangers
 * sent hands in a `recover` that works away from its event loop.
 */
export async function verifyStatement<T extends StatementType>(
  type: T,
  signed: Signed<T>,
  domains: Domains,
  expected: Hex,
  recover: typeof recoverDigestSigner = recoverDigestSigner,
): Promise<Hex> {
  const digest = statementDigest(type, signed.message, domains);
  const signer = await recover(digest, signed.signature);
  if (signer !== expected.toLowerCase()) {
    throw badSignature(
      `This ${type} was signed by ${signer}, not by ${expected}; or it was altered afterwards.`,
    );
  }
  return digest;
}

function badSignature(message: string, cause?: unknown): KoinonError {
  return new KoinonError({ code: 'K_BAD_SIGNATURE', message, fault: 'peer', cause });
}

function fieldSchema(type: string): z.ZodType {
  if (type === 'bytes32') return bytes32;
  if (type === 'address') return address;
  if (type === 'string') return z.string().max(1024);
  const bits = Number(type.slice('uint'.length));
  return bits <= 32 ? smallUint(bits) : uint(bits);
}

/** The schema of a message as it crosses a wire; built from the typed data, so that neither can drift. */
export function messageSchema<T extends StatementType>(type: T): z.ZodType<Message<T>> {
  const shape = Object.fromEntries(typedData[type].map(field => [field.name, fieldSchema(field.type)]));
  return z.strictObject(shape) as unknown as z.ZodType<Message<T>>;
}

/** The schema of a signed message: `{ message, signature }`. */
export function signedSchema<T extends StatementType>(type: T): z.ZodType<Signed<T>> {
  return z.strictObject({ message: messageSchema(type), signature }) as unknown as z.ZodType<Signed<T>>;
}
