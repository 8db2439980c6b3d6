import { concatBytes, utf8 } from '@koinon/protocol';

/** An ONNX file of about so many bytes whose one node names two inputs in turn, some million times: slow to follow. */
export function hostileModel(bytes: number): Uint8Array {
  const pair = concatBytes(field(1, utf8.encode('age')), field(1, utf8.encode('bmi')));
  const inputs = new Uint8Array(pair.length * Math.floor((bytes - 1024) / pair.length));
  for (let at = 0; at < inputs.length; at += pair.length) inputs.set(pair, at);
  const concat = concatBytes(inputs, field(2, utf8.encode('z')), field(4, utf8.encode('Concat')));
  const graph = concatBytes(
    field(1, concat),
    field(2, utf8.encode('model')),
    tensorInfo('age'),
    tensorInfo('bmi'),
  );
  const opset = concatBytes(field(1, utf8.encode('')), Uint8Array.of(0x10, 21));
  return concatBytes(Uint8Array.of(0x08, 8), field(7, graph), field(8, opset));
}

/** A tensor of floats with any number of rows and one column. */
function tensorInfo(name: string): Uint8Array {
  const shape = field(2, concatBytes(field(1, field(2, utf8.encode('n'))), field(1, Uint8Array.of(0x08, 1))));
  const type = field(2, field(1, concatBytes(Uint8Array.of(0x08, 1), shape)));
  return field(11, concatBytes(field(1, utf8.encode(name)), type));
}

/** A protobuf field of length-delimited bytes. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  const length: number[] = [];
  let left = bytes.length;
  for (; left > 0x7f; left = Math.floor(left / 128)) length.push((left & 0x7f) | 0x80);
  return concatBytes(Uint8Array.of((number << 3) | 2, ...length, left), bytes);
}
