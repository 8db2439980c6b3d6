import { connect } from 'node:net';

export interface RawAnswer {
  /** 0 when the server closed without a word. */
  status: number;
  /** Everything it sent. */
  text: string;
}

/** Writes the pieces to a connection as they are and waits until the server closes it: for what no HTTP client sends. */
export function rawHttp(port: number, pieces: readonly (string | Uint8Array)[]): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('connect', () => {
      for (const piece of pieces) socket.write(piece);
    });
    socket.on('data', chunk => chunks.push(chunk));
    socket.on('error', error => {
      if (
        (error as NodeJS.ErrnoException).code !== 'ECONNRESET' &&
        (error as NodeJS.ErrnoException).code !== 'EPIPE'
      )
        reject(error);
    });
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString('latin1');
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text });
    });
  });
}

/** A request in lines, with `connection: close` added. */
export function lines(first: string, headers: readonly string[], body = ''): string {
  return [`${first} HTTP/1.1`, ...headers, 'Connection: close', '', body].join('\r\n');
}
