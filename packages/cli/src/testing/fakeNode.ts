import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  token: string | undefined;
  body: Buffer;
}

export type Answers = Readonly<Record<string, unknown | ((asked: Asked) => unknown)>>;

/** Events a fake node streams: pairs of a name and its data. */
export class Events {
  readonly list: ReadonlyArray<readonly [string, unknown]>;

  constructor(...list: Array<readonly [string, unknown]>) {
    this.list = list;
  }
}

/** An answer with another status than 200. */
export class Refusal {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: { error: object }) {
    this.status = status;
    this.body = { error: { data: {}, ...body.error } };
  }
}

export interface FakeNode {
  url: string;
  /** What was asked so far, oldest first. */
  asked: Asked[];
  close(): Promise<void>;
}

/** A node's API on loopback that says what it is told to, by `METHOD /path`, and remembers what it was asked. */
export async function fakeNode(answers: Answers): Promise<FakeNode> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then(body => {
      const url = new URL(request.url!, 'http://fake');
      const question: Asked = {
        method: request.method!,
        path: url.pathname,
        query: url.searchParams,
        token: request.headers.authorization?.replace('Bearer ', ''),
        body,
      };
      asked.push(question);
      const known = answers[`${question.method} ${question.path}`];
      const answer = typeof known === 'function' ? known(question) : known;
      if (answer === undefined) {
        const error = {
          code: 'K_HTTP_NOT_FOUND',
          data: {},
          message: `There is no ${question.path} here.`,
          fault: 'user',
        };
        response.writeHead(404).end(JSON.stringify({ error }));
      } else if (answer instanceof Refusal)
        response.writeHead(answer.status).end(JSON.stringify(answer.body));
      else if (answer instanceof Uint8Array) response.end(answer);
      else if (answer instanceof Events) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const [event, data] of answer.list)
          response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
        response.end();
      } else response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
