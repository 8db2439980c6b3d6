/** A value as JSON has it: what is a number of up to 256 bits in code is decimal text there. */
export type Wire<T> = T extends bigint
  ? string
  : T extends Uint8Array
    ? T
    : T extends readonly (infer E)[]
      ? Wire<E>[]
      : T extends object
        ? { [K in keyof T]: Wire<T[K]> }
        : T;
