/** One server-sent event as it stands in the stream. */
export interface StreamEvent {
  event: string;
  data: string;
  /** Where the stream can be taken up again; absent where the server gave none yet. */
  id?: string;
}

/**
 * The events in a stream of text (WHATWG HTML, 9.2.6); undefined for a sign of life, which is any other block. Read with
 * `fetch` and not with `EventSource`, which can send no token.
 */
export async function* readEvents(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<StreamEvent | undefined, void, undefined> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let rest = '';
  let id: string | undefined;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + decoder.decode(value, { stream: true })).replaceAll('\r\n', '\n').split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) {
        const found = parseEvent(block, id);
        id = found?.id ?? id;
        yield found;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function parseEvent(block: string, lastId: string | undefined): StreamEvent | undefined {
  let event = 'message';
  let id = lastId;
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(\w+):? ?(.*)$/.exec(line) ?? [];
    if (name === 'event') event = value;
    else if (name === 'id') id = value;
    else if (name === 'data') data.push(value);
  }
  if (data.length === 0) return undefined;
  return { event, data: data.join('\n'), ...(id === undefined ? {} : { id }) };
}
