import { CID } from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import { equalBytes, fromHex, type Hex, sha256, toHex } from './bytes.ts';
import { encodeNode } from './codec.ts';
import { KoinonError } from './errors.ts';

const SHA2_256 = 0x12;
/** A blob: the digest is that of its bytes. */
export const RAW = 0x55;
/** A structure: the digest is that of its canonical dag-cbor. */
export const DAG_CBOR = 0x71;

/** CIDv1, sha2-256, base32: `bafk…` names a blob, `bafy…` a structure. */
export type Cid = string;

export function cidOfBlob(bytes: Uint8Array): Cid {
  return cidOfDigest(sha256(bytes), RAW);
}

export function cidOfNode(value: unknown): Cid {
  return cidOfDigest(sha256(encodeNode(value)), DAG_CBOR);
}

export function cidOfDigest(digest: Uint8Array | Hex, codec: typeof RAW | typeof DAG_CBOR): Cid {
  const bytes = typeof digest === 'string' ? fromHex(digest) : digest;
  return CID.createV1(codec, Digest.create(SHA2_256, bytes)).toString();
}

/** The 32-byte digest a contract knows it by. Throws `K_BAD_CID` for any other kind of CID. */
export function digestOfCid(cid: Cid): Hex {
  return toHex(parseCid(cid).digest);
}

export function parseCid(cid: Cid): { codec: typeof RAW | typeof DAG_CBOR; digest: Uint8Array } {
  let parsed: CID;
  try {
    parsed = CID.parse(cid);
  } catch (cause) {
    throw badCid(cid, cause);
  }
  const { code } = parsed;
  if (parsed.version !== 1 || parsed.multihash.code !== SHA2_256 || parsed.multihash.digest.length !== 32) {
    throw badCid(cid);
  }
  if (code !== RAW && code !== DAG_CBOR) throw badCid(cid);
  if (parsed.toString() !== cid) throw badCid(cid);
  return { codec: code, digest: parsed.multihash.digest };
}

/** True when the bytes are the ones the name stands for. */
export function isNamedBy(bytes: Uint8Array, cid: Cid): boolean {
  return equalBytes(sha256(bytes), parseCid(cid).digest);
}

function badCid(cid: string, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_BAD_CID',
    message: `"${cid.slice(0, 80)}" is not a name of this network (CIDv1, sha2-256, raw or dag-cbor, base32).`,
    fault: 'user',
    cause,
  });
}
