/** A stream as commands write to it. */
export interface Output {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Where secrets are typed in. */
export interface Input {
  isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  on(event: 'data', hear: (chunk: Buffer) => void): unknown;
  removeListener(event: 'data', hear: (chunk: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** What every command is told: where things are kept, whom to ask, and how to speak. */
export interface Surroundings {
  /** Folder of the local network. */
  readonly home: string;
  /** Folder of this user's keystores. */
  readonly keysFolder: string;
  /** Where a node of a real network is kept unless a folder is named. */
  readonly nodeFolder: string;
  /** Print one JSON value instead of text. */
  readonly json: boolean;
  /** URL or folder of the node to ask; the running local network when absent. */
  readonly node: string | undefined;
  /** Member of the local network to speak as; by command when absent. */
  readonly as: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
  /** Where secrets are asked for; absent where nobody can be asked. */
  readonly stdin?: Input | undefined;
  /** Results. */
  readonly stdout: Output;
  /** Progress, questions and errors. */
  readonly stderr: Output;
}
