import { BAD_INPUT, CANNOT_WRITE, fail } from "./fail";
import { allocate } from "./memory";
import { fdClose, fdFilestatGet, fdPrestatDirName, fdPrestatGet, fdRead, fdWrite, pathOpen } from "./wasi";

const RIGHT_READ: u64 = 1 << 1;
const RIGHT_WRITE: u64 = 1 << 6;
const RIGHT_FILESTAT: u64 = 1 << 21;
const CREATE_AND_TRUNCATE: u32 = 1 | 8;
const LARGEST_FILE: u64 = 1 << 30;
/** Below the negative of every WASI error. */
const IN_NO_DIRECTORY: i32 = -65536;

/** A run of bytes in linear memory. */
export class Bytes {
  constructor(
    public start: usize,
    public length: i32,
  ) {}
}

/** All bytes of the file at the absolute `path`, such as "/in/params.json". */
export function readFile(path: string): Bytes {
  const fd = open(path, 0, RIGHT_READ | RIGHT_FILESTAT, BAD_INPUT);
  const stat = allocate(64);
  if (fdFilestatGet(fd, stat) != 0) fail(BAD_INPUT, `${path} cannot be measured`);
  const size = load<u64>(stat, 32);
  if (size > LARGEST_FILE) fail(BAD_INPUT, `${path} has ${size} bytes, more than this program can hold`);
  const start = allocate(<usize>size + 16);
  const vector = allocate(16);
  let done: usize = 0;
  while (done < <usize>size) {
    store<u32>(vector, <u32>(start + done));
    store<u32>(vector, <u32>(<usize>size - done), 4);
    if (fdRead(fd, vector, 1, vector + 8) != 0) fail(BAD_INPUT, `${path} cannot be read`);
    const count = load<u32>(vector, 8);
    if (count == 0) break;
    done += count;
  }
  if (done != <usize>size) fail(BAD_INPUT, `${path} ended after ${done} of ${size} bytes`);
  fdClose(fd);
  return new Bytes(start, <i32>size);
}

/** Makes or replaces the file at the absolute `path`. */
export function writeFile(path: string, start: usize, length: i32): void {
  const fd = open(path, CREATE_AND_TRUNCATE, RIGHT_WRITE, CANNOT_WRITE);
  const vector = allocate(16);
  let done: u32 = 0;
  while (done < <u32>length) {
    store<u32>(vector, <u32>start + done);
    store<u32>(vector, <u32>length - done, 4);
    if (fdWrite(fd, vector, 1, vector + 8) != 0 || load<u32>(vector, 8) == 0) {
      fail(CANNOT_WRITE, `${path} cannot be written`);
    }
    done += load<u32>(vector, 8);
  }
  if (fdClose(fd) != 0) fail(CANNOT_WRITE, `${path} cannot be closed`);
}

/** Makes or replaces the file at `path` with `text` as UTF-8. */
export function writeText(path: string, text: string): void {
  const bytes = String.UTF8.encode(text);
  writeFile(path, changetype<usize>(bytes), bytes.byteLength);
}

/** Whether there is a file at the absolute `path` that can be read. */
export function hasFile(path: string): bool {
  const fd = tryOpen(path, 0, RIGHT_READ);
  if (fd < 0) return false;
  fdClose(fd);
  return true;
}

function open(path: string, openFlags: u32, rights: u64, failureCode: u32): u32 {
  const fd = tryOpen(path, openFlags, rights);
  if (fd == IN_NO_DIRECTORY) fail(failureCode, `${path} is in no directory this program may use`);
  if (fd < 0) fail(failureCode, openFlags == 0 ? `${path} is missing` : `${path} cannot be made (WASI error ${-fd})`);
  return fd;
}

/** Descriptor of `path`, looked up below whichever preopened directory holds it, as wasi-libc does, or -error. */
function tryOpen(path: string, openFlags: u32, rights: u64): i32 {
  const prestat = allocate(16);
  for (let directory: u32 = 3; fdPrestatGet(directory, prestat) == 0; directory++) {
    const nameLength = load<u32>(prestat, 4);
    const name = allocate(nameLength + 1);
    if (fdPrestatDirName(directory, name, nameLength) != 0) continue;
    let prefix = String.UTF8.decodeUnsafe(name, nameLength);
    while (prefix.endsWith("\0")) prefix = prefix.slice(0, -1);
    if (!prefix.endsWith("/")) prefix += "/";
    if (!path.startsWith(prefix)) continue;
    const rest = String.UTF8.encode(path.slice(prefix.length));
    const opened = allocate(16);
    const code = pathOpen(directory, 0, changetype<usize>(rest), rest.byteLength, openFlags, rights, 0, 0, opened);
    return code == 0 ? load<i32>(opened) : -<i32>code;
  }
  return IN_NO_DIRECTORY;
}
