import { type Limits, MAX_FUEL, MAX_MEMORY_PAGES, MODULE_LIMITS } from '../profile.ts';
import { MAX_FILES, MAX_NAME_BYTES } from '../wasi/files.ts';
import { MAX_RANDOM_BYTES } from '../wasi/randomStream.ts';
import { F32, F64, I32, I64, V128 } from '../wasm/types.ts';
import { compareBytes } from './bytes.ts';
import { STATE_MAGIC } from './encodeState.ts';
import { isZero } from './memoryTree.ts';
import { type GlobalBits, type StepState, stateMalformed } from './stepState.ts';

const PAGE = 65536;

/**
 * The state in its one encoding (`encodeStepState`). Nothing larger than the limits is read or set aside: pages by
 * `memoryPages`, all files and streams together by `outputBytes`.
 * @throws KoinonError `K_STEP_STATE_MALFORMED` for anything but a state within the limits in exactly that encoding.
 */
export function decodeStepState(
  bytes: Uint8Array,
  limits: Pick<Limits, 'memoryPages' | 'outputBytes'>,
): StepState {
  const reader = new StateReader(bytes);
  const state = readState(reader, limits);
  reader.end();
  return state;
}

function readState(
  reader: StateReader,
  { memoryPages, outputBytes }: Pick<Limits, 'memoryPages' | 'outputBytes'>,
): StepState {
  if (compareBytes(reader.take(STATE_MAGIC.length), STATE_MAGIC) !== 0)
    throw stateMalformed('they begin like something else');
  const memory = readMemory(reader, Math.min(memoryPages, MAX_MEMORY_PAGES));
  const globals = readGlobals(reader);
  const randomPosition = reader.uint64(BigInt(MAX_RANDOM_BYTES), 'random bytes');
  const waitedNs = reader.uint64((1n << 64n) - 1n, 'waiting');
  const fuelUsed = reader.uint64(MAX_FUEL, 'fuel');
  let room = outputBytes;
  const contents = () => {
    const size = Number(reader.uint64(BigInt(room), 'output'));
    room -= size;
    return reader.take(size);
  };
  const outputs = readFiles(reader, contents);
  const [stdout, stderr] = [contents(), contents()];
  return { memory, globals, randomPosition, waitedNs, fuelUsed, outputs, stdout, stderr };
}

function readMemory(reader: StateReader, maximumPages: number): Uint8Array {
  const pages = reader.uint32(maximumPages, 'pages');
  const held = reader.take(Math.ceil(pages / 8));
  const isHeld = (page: number) => ((held[page >> 3] ?? 0) & (1 << (page & 7))) !== 0;
  let present = 0;
  for (let page = 0; page < held.length * 8; page++) {
    if (!isHeld(page)) continue;
    if (page >= pages) throw stateMalformed('they say something of pages that are not there');
    present++;
  }
  reader.expect(present * PAGE);
  const memory = new Uint8Array(pages * PAGE);
  for (let page = 0; page < pages; page++) {
    if (!isHeld(page)) continue;
    const place = memory.subarray(page * PAGE, (page + 1) * PAGE);
    place.set(reader.take(PAGE));
    if (isZero(place)) throw stateMalformed('a page of zeros is written out');
  }
  return memory;
}

function readGlobals(reader: StateReader): GlobalBits[] {
  const count = reader.uint32(MODULE_LIMITS.mutableGlobals, 'globals');
  return Array.from({ length: count }, () => {
    const type = reader.take(1)[0]!;
    if (type === V128) return { type, words: [reader.word(), reader.word()] };
    if (type !== I32 && type !== I64 && type !== F32 && type !== F64)
      throw stateMalformed('a global has an unknown type');
    const word = reader.word();
    if ((type === I32 || type === F32) && word >> 32n !== 0n)
      throw stateMalformed('a global of 32 bits has more');
    return { type, words: [word] };
  });
}

function readFiles(reader: StateReader, contents: () => Uint8Array): Map<string, Uint8Array> {
  const count = reader.uint32(MAX_FILES, 'files');
  const files = new Map<string, Uint8Array>();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let last: Uint8Array | undefined;
  for (let i = 0; i < count; i++) {
    const bytes = reader.take(reader.uint32(MAX_NAME_BYTES, 'bytes of a name'));
    if (last !== undefined && compareBytes(last, bytes) >= 0) throw stateMalformed('files are out of order');
    last = bytes;
    let name: string;
    try {
      name = decoder.decode(bytes);
    } catch {
      throw stateMalformed('the name of a file is not UTF-8');
    }
    if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name))
      throw stateMalformed('a file has a name that no program can give');
    files.set(name, contents());
  }
  return files;
}

class StateReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Fails unless so many bytes follow, before anything is set aside for them. */
  expect(length: number): void {
    if (length > this.bytes.length - this.at) throw stateMalformed('they end too early');
  }

  take(length: number): Uint8Array {
    this.expect(length);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  uint32(most: number, what: string): number {
    return Number(this.uint(4, BigInt(most), what));
  }

  uint64(most: bigint, what: string): bigint {
    return this.uint(8, most, what);
  }

  private uint(length: number, most: bigint, what: string): bigint {
    let value = 0n;
    for (const byte of this.take(length)) value = (value << 8n) | BigInt(byte);
    if (value > most) throw stateMalformed(`${value} ${what}, the most is ${most}`);
    return value;
  }

  /** 8 bytes, little-endian. */
  word(): bigint {
    let value = 0n;
    for (const byte of this.take(8).slice().reverse()) value = (value << 8n) | BigInt(byte);
    return value;
  }

  end(): void {
    if (this.at !== this.bytes.length) throw stateMalformed('more follows behind the state');
  }
}
