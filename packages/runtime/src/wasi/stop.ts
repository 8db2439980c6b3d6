/** Thrown through the program to end it: it asked to exit, or it reached a bound. */
export class Stop extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`the program stopped with ${exitCode}`);
    this.exitCode = exitCode;
  }
}
