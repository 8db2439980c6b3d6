/** What the tests look at in an ONNX file, read by the protobuf wire format alone. */
export interface OnnxFile {
  opsets: Record<string, number>;
  metadata: Record<string, string>;
  operators: string[];
  /** Attributes by node operator and name: floats, integers or strings. */
  attributes: Record<string, Record<string, (number | string)[]>>;
}

type Field = { field: number; value: number | Uint8Array };

export function readOnnx(bytes: Uint8Array): OnnxFile {
  const file: OnnxFile = { opsets: {}, metadata: {}, operators: [], attributes: {} };
  for (const { field, value } of fields(bytes)) {
    if (field === 8) file.opsets[text(one(value, 1))] = Number(one(value, 2));
    if (field === 14) file.metadata[text(one(value, 1))] = text(one(value, 2));
    if (field === 7)
      for (const part of fields(value as Uint8Array)) if (part.field === 1) readNode(file, part.value);
  }
  return file;
}

function readNode(file: OnnxFile, node: number | Uint8Array): void {
  const operator = text(one(node, 4));
  file.operators.push(operator);
  const attributes: Record<string, (number | string)[]> = {};
  for (const { field, value } of fields(node as Uint8Array)) {
    if (field !== 5) continue;
    const parts = fields(value as Uint8Array).filter(part => part.field !== 1 && part.field !== 20);
    attributes[text(one(value, 1))] = parts.map(part =>
      part.field === 2 || part.field === 7
        ? new DataView((part.value as Uint8Array).slice().buffer).getFloat32(0, true)
        : typeof part.value === 'number'
          ? part.value
          : text(part.value),
    );
  }
  file.attributes[operator] = attributes;
}

function one(message: number | Uint8Array, field: number): number | Uint8Array {
  return fields(message as Uint8Array).find(part => part.field === field)?.value ?? new Uint8Array();
}

function text(value: number | Uint8Array): string {
  return new TextDecoder().decode(value as Uint8Array);
}

function fields(bytes: Uint8Array): Field[] {
  const found: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const wire = key & 7;
    if (wire === 0) found.push({ field: key >> 3, value: varint() });
    else {
      const length = wire === 5 ? 4 : varint();
      found.push({ field: key >> 3, value: bytes.subarray(at, at + length) });
      at += length;
    }
  }
  return found;
}
