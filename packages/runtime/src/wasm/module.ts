import type { FunctionType, ValueType } from './types.ts';

/** A half-open range of the module's bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Import {
  readonly name: string;
  readonly type: FunctionType;
}

export interface Table {
  readonly type: ValueType;
  readonly initial: number;
  readonly maximum: number | undefined;
}

export interface Global {
  readonly type: ValueType;
  readonly mutable: boolean;
}

export interface Body extends Span {
  /** Declared locals without parameters. */
  readonly locals: readonly ValueType[];
  /** First byte after the declarations of locals. */
  readonly code: number;
}

/** What the decoder found; sections that are copied unchanged are kept as spans. */
export interface Module {
  readonly bytes: Uint8Array;
  readonly types: FunctionType[];
  readonly imports: Import[];
  /** Type index of each function, imports first. */
  readonly functions: number[];
  readonly tables: Table[];
  memory: { readonly initial: number; readonly maximum: number | undefined } | undefined;
  readonly globals: Global[];
  readonly exports: Map<string, { readonly kind: number; readonly index: number }>;
  start: number | undefined;
  readonly elements: ValueType[];
  dataSegments: number | undefined;
  readonly bodies: Body[];
  /** Contents of each section by id. */
  readonly sections: Map<number, Span>;
}
