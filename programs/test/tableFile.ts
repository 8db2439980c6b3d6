/** A column as the tests write it: numbers with NaN or words with null where a cell is missing. */
export type TestColumn = { name: string; numbers: number[] } | { name: string; words: (string | null)[] };

/** The bytes of a table as docs/write-a-program.md describes it. */
export function tableFile(columns: TestColumn[]): Uint8Array {
  const rows = columns[0] ? cells(columns[0]).length : 0;
  const descriptions: object[] = [];
  const tensors: Record<string, Int32Array | Float32Array> = {};
  for (const column of columns) {
    if ('numbers' in column) {
      descriptions.push({ name: column.name, type: 'number' });
      tensors[column.name] = Float32Array.from(column.numbers);
    } else {
      const dictionary = [...new Set(column.words.filter(word => word !== null))].sort();
      descriptions.push({ name: column.name, type: 'category', dictionary });
      tensors[column.name] = Int32Array.from(column.words, word =>
        word === null ? -1 : dictionary.indexOf(word),
      );
    }
  }
  return safetensorsFile(tensors, {
    'koinon.table': JSON.stringify({ version: 1, rows, columns: descriptions }),
  });
}

/** The bytes of a predictions file: `probabilities` row by row. */
export function predictionsFile(classes: string[], probabilities: number[][], labels?: number[]): Uint8Array {
  const label = labels ?? probabilities.map(row => row.indexOf(Math.max(...row)));
  return safetensorsFile(
    { probabilities: Float32Array.from(probabilities.flat()), label: Int32Array.from(label) },
    { 'koinon.predictions': JSON.stringify({ version: 1, classes }) },
    { probabilities: [probabilities.length, classes.length] },
  );
}

/** A safetensors file of one-dimensional tensors, or of those with the shapes given. */
export function safetensorsFile(
  tensors: Record<string, Int32Array | Float32Array>,
  metadata: Record<string, string>,
  shapes: Record<string, number[]> = {},
): Uint8Array {
  const header: Record<string, object> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, values] of Object.entries(tensors)) {
    header[name] = {
      dtype: values instanceof Int32Array ? 'I32' : 'F32',
      shape: shapes[name] ?? [values.length],
      data_offsets: [offset, offset + values.byteLength],
    };
    offset += values.byteLength;
  }
  const text = JSON.stringify(header);
  const head = new TextEncoder().encode(
    text.padEnd(Math.ceil(new TextEncoder().encode(text).length / 8) * 8),
  );
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(head.length), true);
  const bodies = Object.values(tensors).map(values =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
  return new Uint8Array(Buffer.concat([length, head, ...bodies]));
}

function cells(column: TestColumn): unknown[] {
  return 'numbers' in column ? column.numbers : column.words;
}
