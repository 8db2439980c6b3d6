import type { NodePorts } from '@koinon/kernel';
import { obtainBlob } from '@koinon/kernel';
import { asKoinonError, type Cid, type Hex, type Manifest, toHex } from '@koinon/protocol';
import { digestOf } from '@koinon/store';

/** What can be told of a program that a request names. */
export type ProgramFacts =
  /** One that Koinon ships. */
  | { cid: Cid; name: string }
  | {
      cid: Cid;
      bytes: number;
      sha256: Hex;
      /** Names of what a WebAssembly program imports, each once; those beyond the first are left out. */
      imports?: string[];
      exports?: string[];
      /** Why the profile would refuse it. */
      refused?: string;
    }
  /** Its bytes are not here (yet). */
  | { cid: Cid; unread: string };

/** Largest module the profile takes. */
const PROGRAM_MAX_BYTES = 16 * 2 ** 20;
/** Longest that fetching one from whoever asks may take, milliseconds, and how long an answer waits for that. */
const FETCH_MS = 60_000;
const ANSWER_MS = 500;
const NAMES_MAX = 64;
const NAME_LENGTH_MAX = 128;
const KEPT_MAX = 256;
const IN_FLIGHT_MAX = 4;

/** Tells programs by their names where they are known, else by what their bytes say. A program is read and never run here. */
export class ProgramReader {
  readonly #ports: Pick<NodePorts, 'store' | 'network' | 'gate' | 'clock'>;
  readonly #names: ReadonlyMap<Cid, string>;
  readonly #kept = new Map<Cid, ProgramFacts>();
  readonly #reading = new Map<Cid, Promise<ProgramFacts>>();

  /** `shipped`: CIDs by name. */
  constructor(
    ports: Pick<NodePorts, 'store' | 'network' | 'gate' | 'clock'>,
    shipped: ReadonlyMap<string, Cid>,
  ) {
    this.#ports = ports;
    this.#names = new Map([...shipped].map(([name, cid]) => [cid, name]));
  }

  /** What is known already. */
  known({ program: cid }: Pick<Manifest, 'program'>): ProgramFacts {
    const name = this.#names.get(cid);
    if (name !== undefined) return { cid, name };
    return this.#kept.get(cid) ?? { cid, unread: 'it was not fetched yet' };
  }

  /** Fetches the program from whoever asks for its use, and reads it. Answers soon: what takes longer is known next time. */
  async read(manifest: Pick<Manifest, 'program' | 'executor'>, from: Hex): Promise<ProgramFacts> {
    const known = this.known(manifest);
    if (!('unread' in known)) return known;
    const { program: cid, executor } = manifest;
    if (!this.#reading.has(cid)) {
      if (this.#reading.size >= IN_FLIGHT_MAX) return { cid, unread: 'others are being fetched' };
      this.#reading.set(
        cid,
        this.#fetch(cid, executor, from).finally(() => this.#reading.delete(cid)),
      );
    }
    const answered = new AbortController();
    const late = this.#ports.clock.wait(ANSWER_MS, answered.signal).then(() => known);
    return Promise.race([this.#reading.get(cid)!, late]).finally(() => answered.abort());
  }

  async #fetch(cid: Cid, executor: Manifest['executor'], from: Hex): Promise<ProgramFacts> {
    const { clock, gate } = this.#ports;
    const done = new AbortController();
    const late = new AbortController();
    void clock.wait(FETCH_MS, done.signal).then(() => late.abort());
    try {
      const bytes = await obtainBlob(this.#ports, cid, [from], {
        maxBytes: PROGRAM_MAX_BYTES,
        visibility: 'public',
        // Looking at a request must not fill the disk; a job that runs keeps its program.
        keep: false,
        signal: late.signal,
      });
      const facts: ProgramFacts = {
        cid,
        bytes: bytes.length,
        sha256: toHex(digestOf(bytes)),
        ...(executor === 'wasm' ? namesIn(await gate.describeModule(bytes)) : {}),
      };
      if (this.#kept.size >= KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value!);
      this.#kept.set(cid, facts);
      return facts;
    } catch (error) {
      return { cid, unread: asKoinonError(error).message };
    } finally {
      done.abort();
    }
  }
}

function namesIn(described: Awaited<ReturnType<NodePorts['gate']['describeModule']>>) {
  if ('refused' in described) return described;
  const few = (names: string[]) =>
    [...new Set(names)].slice(0, NAMES_MAX).map(name => name.slice(0, NAME_LENGTH_MAX));
  return { imports: few(described.imports), exports: few(described.exports) };
}
