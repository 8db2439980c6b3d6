import { type FloatState, RAW, SAFE } from './floatState.ts';

/** Passes over one function before the analysis gives up and makes every result canonical at once. */
const MAX_PASSES = 24;

/** Work (branches times tracked locals) the analysis of one pass may take. */
export const MAX_FLOW_WORK = 20_000_000;

/** States of the tracked locals along the control flow of one function. */
export class FloatFlow {
  readonly eager = new Set<number>();
  /** Locals whose bits were observed where they may be of both kinds. */
  readonly blamed = new Set<number>();
  /** The function is too tangled to follow: every arithmetic result is made canonical at once. */
  everywhere = false;
  locals: Uint8Array;
  private readonly parameters: number;
  private heads: Uint8Array[] = [];
  private changed = false;
  private passes = 0;

  /** `count` tracked locals, of which the first `parameters` are parameters and hold any bits. */
  constructor(count: number, parameters: number) {
    this.parameters = parameters;
    this.locals = new Uint8Array(count);
    this.begin();
  }

  /** Starts a pass over the function. */
  begin(): void {
    this.locals.fill(SAFE);
    this.locals.fill(RAW, 0, this.parameters);
    this.changed = false;
    this.blamed.clear();
  }

  /** Whether a pass has to follow; decides between passes what to keep canonical. */
  again(): boolean {
    if (++this.passes > MAX_PASSES) {
      this.everywhere = true;
      this.heads = [];
      return false;
    }
    if (this.changed) return true;
    if (this.blamed.size === 0) return false;
    for (const place of this.blamed) this.eager.add(place);
    this.heads = [];
    return true;
  }

  /** Enters the loop of this number: from here its locals hold what any iteration left in them. */
  enterLoop(loop: number): void {
    this.heads[loop] ??= new Uint8Array(this.locals.length);
    this.backTo(loop);
    this.locals = this.heads[loop].slice();
  }

  /** A branch back to the head of the loop. */
  backTo(loop: number): void {
    if (joinInto(this.heads[loop]!, this.locals)) this.changed = true;
  }

  /** Joins the present state into `target`, or starts it. */
  joinTo(target: Uint8Array | undefined): Uint8Array {
    if (target === undefined) return this.locals.slice();
    joinInto(target, this.locals);
    return target;
  }

  set(place: number, state: FloatState): void {
    this.locals[place] = state;
  }

  get(place: number): FloatState {
    return this.locals[place]!;
  }
}

function joinInto(target: Uint8Array, source: Uint8Array): boolean {
  let grew = false;
  for (let i = 0; i < target.length; i++) {
    const joined = target[i]! | source[i]!;
    if (joined !== target[i]) {
      target[i] = joined;
      grew = true;
    }
  }
  return grew;
}
