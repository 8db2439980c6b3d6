import { wat } from '@koinon/runtime/testing';

/** Where the program's own texts begin; below are the places calls answer to. */
const TEXTS_AT = 1024;
/** Told as the accuracy, in thousandths: this, and one step of the gate's grid for each attempt that worked. */
export const NOTHING_WORKED = 100;
export const ATTEMPT_WORKED = 5;

const report = `{"version":2,"kind":"training","rows":100,"converged":true,"logLoss":null,"accuracy":0.${NOTHING_WORKED},"classes":["no","yes"]}`;
const digitsAt = report.indexOf(String(NOTHING_WORKED), report.indexOf('accuracy'));

/** Builds a program's texts and instructions together. */
export class Script {
  readonly #texts: string[] = [];
  #end = TEXTS_AT;

  /** Address and length of a text, as two operands. */
  text(text: string): string {
    const operands = `(i32.const ${this.#end}) (i32.const ${text.length})`;
    this.#texts.push(`(data (i32.const ${this.#end}) "${text.replaceAll('"', '\\22')}")`);
    this.#end += text.length;
    return operands;
  }

  /** Counts the attempt as one that worked when the call answers 0. */
  attempt(call: string): string {
    return `(if (i32.eqz ${call}) (then (global.set $told (i32.add (global.get $told) (i32.const ${ATTEMPT_WORKED})))))`;
  }

  /** Opens a path below a descriptor (3 is /in, 4 is /out) for reading. */
  open(path: string, descriptor = 3): string {
    return `(call $open (i32.const ${descriptor}) (i32.const 1) ${this.text(path)} (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 0))`;
  }

  /** Writes bytes, given as address and length, to a file below /out. */
  save(name: string, bytes: string): string {
    return `(call $save ${this.text(name)} ${bytes})`;
  }

  /** The module: what it does first, then it reports in metrics.json how often it came through. */
  module(body: string, options: { imports?: string; memory?: string; fields?: string } = {}): Uint8Array {
    const { imports = '', memory = '4 64', fields = '' } = options;
    const digits = this.#end + digitsAt;
    const said = this.text(report);
    return wat(`(module
      (import "wasi_snapshot_preview1" "path_open" (func $open
        (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
      ${imports}
      (memory (export "memory") ${memory})
      (global $told (mut i32) (i32.const ${NOTHING_WORKED}))
      ${fields}
      (func $save (param $name i32) (param $length i32) (param $from i32) (param $bytes i32)
        (drop (call $open (i32.const 4) (i32.const 0) (local.get $name) (local.get $length) (i32.const 9)
          (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 0)))
        (i32.store (i32.const 8) (local.get $from))
        (i32.store (i32.const 12) (local.get $bytes))
        (drop (call $write (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 16))))
      (func $tell (local $place i32) (local $rest i32)
        (local.set $place (i32.const ${digits + 2}))
        (local.set $rest (global.get $told))
        (loop $next
          (i32.store8 (local.get $place) (i32.add (i32.const 48) (i32.rem_u (local.get $rest) (i32.const 10))))
          (local.set $rest (i32.div_u (local.get $rest) (i32.const 10)))
          (local.set $place (i32.sub (local.get $place) (i32.const 1)))
          (br_if $next (i32.ge_u (local.get $place) (i32.const ${digits}))))
        ${this.save('metrics.json', said)})
      (func (export "_start") ${body} (call $tell))
      ${this.#texts.join('\n')})`);
  }
}
