import { SLOTS_PER_FRAME } from '../profile.ts';
import { decodeBody, type Instructions } from '../wasm/decodeBody.ts';
import type { Body, Module } from '../wasm/module.ts';
import { OPCODES, type Opcode } from '../wasm/opcodes.ts';
import { F32, F64, FUNCREF, type FunctionType, I32, V128, type ValueType } from '../wasm/types.ts';
import { Writer } from '../wasm/writer.ts';
import { BYTES_PER_FUEL_SHIFT } from './costs.ts';
import { FloatFlow, MAX_FLOW_WORK } from './floatFlow.ts';
import { canonicalWidth, type FloatState, FROM32, FROM64, isOpen, RAW, SAFE, SAFE64 } from './floatState.ts';
import { FunctionWriter, trackedLocals } from './functionWriter.ts';
import type { Layout } from './layout.ts';
import { Operands } from './operands.ts';

interface Label {
  readonly kind: 'function' | 'block' | 'loop' | 'if' | 'else';
  readonly type: FunctionType;
  /** Operands below those the block works on. */
  readonly height: number;
  /** Number of the loop, -1 for other blocks. */
  readonly loop: number;
  isTarget: boolean;
  /** Tracked locals at the end, joined over all branches there. */
  atEnd: Uint8Array | undefined;
  /** Tracked locals at an `if`, where its `else` begins. */
  readonly atElse: Uint8Array | undefined;
  readonly isEntered: boolean;
}

/**
 * The body of a function, without its size, with fuel, call depth and canonical NaNs added. The module is valid (the engine said
 * so): types on the stack are trusted here.
 */
export function rewriteFunction(
  module: Module,
  layout: Layout,
  body: Body,
  functionIndex: number,
  blockTypeOf: (results: readonly ValueType[]) => Uint8Array,
): Uint8Array {
  const code = decodeBody(module, body, functionIndex);
  const type = module.types[module.functions[functionIndex]!]!;
  const localTypes = [...type.params, ...body.locals];
  const tracked = trackedLocals(localTypes);
  const flow = new FloatFlow(tracked.count, trackedLocals(type.params).count);
  const shape = shapeOf(code);
  if (shape.branches * tracked.count > MAX_FLOW_WORK) flow.everywhere = true;
  const walk = (writer: FunctionWriter | undefined) =>
    new Walk({ module, code, type, localTypes, places: tracked.places, flow, writer }).run();
  if (shape.makesNaNs && !flow.everywhere) {
    do {
      flow.begin();
      walk(undefined);
    } while (flow.again());
  }
  flow.begin();
  const writer = new FunctionWriter(layout, type, body.locals);
  if (shape.calls) writer.markHead();
  const { maxSlots, leaves } = walk(writer);
  const weight = Math.ceil(writer.slots(maxSlots) / SLOTS_PER_FRAME);
  // A small frame that calls nothing stands on what its caller paid for.
  return writer.finish(shape.calls || weight > 1 ? weight : 0, leaves, blockTypeOf(type.results));
}

function shapeOf(code: Instructions): { makesNaNs: boolean; calls: boolean; branches: number } {
  let makesNaNs = false;
  let calls = false;
  let branches = 0;
  code.codes.forEach((op, i) => {
    const { immediate, float } = OPCODES.get(op)!;
    if (op === 0x10 || op === 0x11) calls = true;
    if (float.out === 'nan32' || float.out === 'nan64') makesNaNs = true;
    if (immediate === 'labels') branches += code.tables.get(i)!.length;
    else if (immediate === 'label' || immediate === 'block') branches += 2;
  });
  return { makesNaNs, calls, branches };
}

interface WalkContext {
  readonly module: Module;
  readonly code: Instructions;
  readonly type: FunctionType;
  readonly localTypes: readonly ValueType[];
  readonly places: Int32Array;
  readonly flow: FloatFlow;
  /** Absent while only analysing. */
  readonly writer: FunctionWriter | undefined;
}

/** One pass over a function in code order. Code that cannot be reached is left out. */
class Walk {
  private readonly c: WalkContext;
  private readonly operands: Operands;
  private readonly labels: Label[] = [];
  private reachable = true;
  private loops = 0;
  private leaves = false;

  constructor(context: WalkContext) {
    this.c = context;
    this.operands = new Operands(context.flow, context.writer);
  }

  run(): { maxSlots: number; leaves: boolean } {
    const { codes } = this.c.code;
    this.open('function', { params: [], results: this.c.type.results }, true);
    for (let i = 0; i < codes.length; i++) {
      const opcode = OPCODES.get(codes[i]!)!;
      if (opcode.immediate === 'block') this.enter(i, opcode);
      else if (opcode.code === 0x05) this.otherwise();
      else if (opcode.code === 0x0b) this.end(i);
      else if (this.reachable) this.instruction(i, opcode);
    }
    return { maxSlots: this.operands.maxSlots, leaves: this.leaves };
  }

  private bytes(i: number): Uint8Array {
    return this.c.module.bytes.subarray(this.c.code.starts[i]!, this.c.code.starts[i + 1]!);
  }

  private copy(i: number, opcode: Opcode): void {
    this.c.writer?.charge(opcode.fuel);
    this.c.writer?.block.raw(this.bytes(i));
  }

  // Blocks.

  private open(kind: Label['kind'], type: FunctionType, isEntered: boolean): void {
    const isLoop = kind === 'loop';
    this.labels.push({
      kind,
      type,
      height: this.operands.stack.length - (isEntered ? type.params.length : 0),
      loop: isLoop ? this.loops++ : -1,
      isTarget: false,
      atEnd: undefined,
      atElse: kind === 'if' && isEntered ? this.c.flow.locals.slice() : undefined,
      isEntered,
    });
  }

  private enter(i: number, opcode: Opcode): void {
    const type = this.c.code.blocks.get(i)!;
    const kind = opcode.name as 'block' | 'loop' | 'if';
    if (!this.reachable) {
      this.open(kind, type, false);
      return;
    }
    const { writer, flow } = this.c;
    if (kind === 'if') this.operands.pop();
    this.operands.observe(type.params.length);
    this.forget(type.params.length);
    this.open(kind, type, true);
    if (kind === 'loop') {
      flow.enterLoop(this.labels.at(-1)!.loop);
      writer?.between(this.bytes(i));
      writer?.markHead();
    } else {
      this.copy(i, opcode);
      if (kind === 'if') writer?.endBlock();
    }
  }

  /** What flows through a block type is canonical already, and of no variable. */
  private forget(count: number): void {
    const { stack } = this.operands;
    for (let k = stack.length - count; k < stack.length; k++) {
      const { type } = stack[k]!;
      stack[k] = { type, state: type === F32 || type === F64 || type === V128 ? RAW : SAFE, origin: -1 };
    }
  }

  private otherwise(): void {
    const label = this.labels.pop()!;
    const { flow, writer } = this.c;
    if (this.reachable) {
      this.operands.observe(label.type.results.length);
      label.atEnd = flow.joinTo(label.atEnd);
    }
    this.operands.cutTo(label.height);
    if (label.isEntered) {
      writer?.between(new Uint8Array([0x05]));
      flow.locals = label.atElse!;
      for (const type of label.type.params) this.operands.push(type);
    }
    this.reachable = label.isEntered;
    this.labels.push({ ...label, kind: 'else', atElse: undefined });
  }

  private end(i: number): void {
    const label = this.labels.pop()!;
    const { flow, writer } = this.c;
    const { results } = label.type;
    if (this.reachable) this.operands.observe(results.length);
    if (label.isEntered) {
      if (this.reachable) label.atEnd = flow.joinTo(label.atEnd);
      if (label.kind === 'if') {
        // Without an else, the locals may also be what they were.
        flow.locals = label.atElse!;
        label.atEnd = flow.joinTo(label.atEnd);
      }
      // Nothing branches to the end of a loop: its block goes on. The same for a block nobody leaves early.
      const isJoin = label.kind === 'if' || label.kind === 'else' || label.isTarget;
      if (label.kind !== 'function') {
        if (isJoin) writer?.between(this.bytes(i));
        else writer?.block.raw(this.bytes(i));
      }
    }
    this.operands.cutTo(label.height);
    // A block that is entered and never ends still types its results; what follows is never run.
    this.reachable = label.isEntered;
    if (!label.isEntered) return;
    if (label.atEnd !== undefined) flow.locals = label.atEnd;
    for (const type of results) this.operands.push(type);
  }

  /** A branch to the label so many levels up, with its operands on top. */
  private branch(depth: number): void {
    const label = this.labels[this.labels.length - 1 - depth]!;
    const { flow } = this.c;
    if (label.kind === 'loop') {
      flow.backTo(label.loop);
      return;
    }
    label.isTarget = true;
    label.atEnd = flow.joinTo(label.atEnd);
    if (label.kind === 'function') this.leaves = true;
  }

  private arity(depth: number): number {
    const label = this.labels[this.labels.length - 1 - depth]!;
    return label.kind === 'loop' ? label.type.params.length : label.type.results.length;
  }

  private stop(): void {
    this.reachable = false;
    this.operands.cutTo(this.labels.at(-1)!.height);
    this.c.writer?.endBlock();
  }

  // Instructions.

  private instruction(i: number, opcode: Opcode): void {
    const { code, module, writer } = this.c;
    const { operands } = this;
    const first = code.first[i]!;
    switch (opcode.code) {
      case 0x00: // unreachable
        this.copy(i, opcode);
        this.stop();
        return;
      case 0x0c: // br
        operands.observe(this.arity(first));
        this.copy(i, opcode);
        this.branch(first);
        this.stop();
        return;
      case 0x0d: {
        // br_if
        const arity = this.arity(first);
        operands.observe(arity + 1);
        operands.pop();
        this.forget(arity);
        this.copy(i, opcode);
        this.branch(first);
        writer?.endBlock();
        return;
      }
      case 0x0e: {
        // br_table
        const targets = code.tables.get(i)!;
        operands.observe(this.arity(targets.at(-1)!) + 1);
        operands.pop();
        this.copy(i, opcode);
        for (const target of new Set(targets)) this.branch(target);
        this.stop();
        return;
      }
      case 0x0f: {
        // return: leaves through the one end of the function, where fuel and depth are settled
        operands.observe(this.c.type.results.length);
        writer?.charge(opcode.fuel);
        writer?.block.u8(0x0c).u32(this.labels.length - 1);
        this.branch(this.labels.length - 1);
        this.stop();
        return;
      }
      case 0x10:
        this.call(i, opcode, module.types[module.functions[first]!]!, 0);
        return;
      case 0x11:
        this.call(i, opcode, module.types[first]!, 1);
        return;
      case 0x1a:
        operands.pop();
        this.copy(i, opcode);
        return;
      case 0x1b:
      case 0x1c:
        this.select(i, opcode);
        return;
      case 0x20:
      case 0x21:
      case 0x22:
        this.variable(i, opcode, first);
        return;
      case 0x23:
        operands.push(module.globals[first]!.type);
        this.copy(i, opcode);
        return;
      case 0x24:
        operands.observe(1);
        operands.pop();
        this.copy(i, opcode);
        return;
      case 0x25:
        operands.pop();
        operands.push(module.tables[first]!.type);
        this.copy(i, opcode);
        return;
      case 0x26:
        operands.pop();
        operands.pop();
        this.copy(i, opcode);
        return;
      case 0x40:
        writer?.charge(opcode.fuel);
        writer?.call(new Writer().u8(0x10).u32(writer.layout.grow).view());
        return;
      case 0xd0:
        operands.push(first);
        this.copy(i, opcode);
        return;
      case 0xd1:
        operands.pop();
        operands.push(I32);
        this.copy(i, opcode);
        return;
      case 0xd2:
        operands.push(FUNCREF);
        this.copy(i, opcode);
        return;
      case 0xfc08:
      case 0xfc0a:
      case 0xfc0b:
        writer?.chargeLength(BYTES_PER_FUEL_SHIFT);
        this.plain(i, opcode);
        return;
      case 0xfc0c:
      case 0xfc0e:
        writer?.chargeLength(0n);
        this.plain(i, opcode);
        return;
      case 0xfc11: // table.fill
        writer?.chargeLength(0n);
        for (let k = 0; k < 3; k++) operands.pop();
        this.copy(i, opcode);
        return;
      default:
        this.plain(i, opcode);
        return;
    }
  }

  private call(i: number, opcode: Opcode, type: FunctionType, extra: number): void {
    const { operands } = this;
    operands.observe(type.params.length + extra);
    operands.cutTo(operands.stack.length - type.params.length - extra);
    this.c.writer?.charge(opcode.fuel);
    this.c.writer?.call(this.bytes(i));
    for (const result of type.results) operands.push(result);
  }

  private select(i: number, opcode: Opcode): void {
    const { operands } = this;
    const [a, b] = [operands.top(2), operands.top(1)];
    // One of each kind: fix the open one, then the result is fixed too.
    if (isOpen(a.state | b.state) && canonicalWidth(a.state | b.state) === 0)
      operands.settle(3, operand => isOpen(operand.state));
    operands.pop();
    const { state } = operands.pop();
    const { type, state: other } = operands.pop();
    this.copy(i, opcode);
    operands.push(type, state | other);
  }

  private variable(i: number, opcode: Opcode, local: number): void {
    const { operands } = this;
    const { flow, places, localTypes } = this.c;
    const place = places[local]!;
    if (opcode.code === 0x20) {
      this.copy(i, opcode);
      if (place < 0) operands.push(localTypes[local]!);
      else operands.push(localTypes[local]!, flow.get(place), place);
      return;
    }
    if (place >= 0) {
      const { state } = operands.top();
      if (isOpen(state) && (flow.eager.has(place) || canonicalWidth(state) === 0)) operands.observe(1);
      flow.set(place, operands.top().state);
    }
    const value = operands.pop();
    this.copy(i, opcode);
    if (opcode.code === 0x22) operands.push(value.type, value.state, place);
  }

  /** An instruction whose types are fixed: its float rule says what is observed and what comes out. */
  private plain(i: number, opcode: Opcode): void {
    const { operands } = this;
    const { writer, flow } = this.c;
    const pops = opcode.pops!;
    const { view, out } = opcode.float;
    let state = this.special(i, opcode);
    if (state === undefined) {
      operands.observe(pops.length, view);
      if (out === 'same' || out === 'join') {
        const floats = () => operands.stack.slice(-pops.length).reduce((all, one) => all | one.state, SAFE);
        const joined = floats();
        if (isOpen(joined) && canonicalWidth(joined) === 0)
          operands.settle(pops.length, operand => isOpen(operand.state));
        state = floats();
      } else state = { raw: RAW, number: SAFE, number64: SAFE64, nan32: FROM32, nan64: FROM64 }[out];
    }
    operands.cutTo(operands.stack.length - pops.length);
    this.copy(i, opcode);
    const [result] = opcode.pushes;
    if (result === undefined) return;
    if (result !== F32 && result !== F64 && result !== V128) {
      operands.push(result);
      return;
    }
    operands.push(result, state);
    if (flow.everywhere && writer !== undefined && isOpen(state)) operands.observe(1);
  }

  /** The few whose rule does not follow from a class: constants and whole-lane shuffles. */
  private special(i: number, opcode: Opcode): FloatState | undefined {
    const { operands } = this;
    const { bytes } = this.c.module;
    const at = this.c.code.first[i]!;
    if (opcode.immediate === 'bytes4') return constant(bytes.subarray(at, at + 4), 32);
    if (opcode.immediate === 'bytes8') return constant(bytes.subarray(at, at + 8), 64);
    if (opcode.immediate === 'v128') return constant(bytes.subarray(at, at + 16), 32);
    if (opcode.immediate === 'lanes') {
      const joined = operands.top().state | operands.top(1).state;
      const width = canonicalWidth(joined);
      if (width !== 0 && keepsLanes(bytes.subarray(at, at + 16), width / 8)) return joined;
    }
    return undefined;
  }
}

/** Whether a shuffle moves only whole lanes of so many bytes. */
function keepsLanes(lanes: Uint8Array, size: number): boolean {
  return lanes.every((lane, i) => (i % size === 0 ? lane % size === 0 : lane === lanes[i - 1]! + 1));
}

/** State of a constant: safe if none of its lanes is a NaN (a vector: seen as f32). */
function constant(bytes: Uint8Array, width: 32 | 64): FloatState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; at += width / 8) {
    const value = width === 32 ? view.getFloat32(at, true) : view.getFloat64(at, true);
    if (Number.isNaN(value)) return RAW;
  }
  return width === 32 ? SAFE : SAFE64;
}
