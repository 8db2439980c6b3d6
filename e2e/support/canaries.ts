/**
 * Cells that stand in private rows and nowhere else. The numbers are exact in float32, so that text, f32 and f64 are
 * the same number; their largest is also the largest of its column. The words are in too few rows to be named.
 */
export const canaryNumbers = [
  918_273.4375, 827_364.5625, 736_455.3125, 645_546.6875, 554_637.0625, 463_728.9375, 372_819.1875,
  281_910.8125,
] as const;
export const canaryWords = ['zyxquokka', 'vrmblfinch', 'qwthdodo'] as const;

export const canaryForms = ['text', 'f32', 'f64', 'f64-big-endian', 'hex'] as const;
export type CanaryForm = (typeof canaryForms)[number];

interface Pattern {
  canary: string;
  form: CanaryForm;
  bytes: Buffer;
  /** Four bytes are met by accident once in some hundred megabytes; two different ones in one place are not. */
  isShort: boolean;
}

/** What of which canary was found where. */
export interface Find {
  where: string;
  form: CanaryForm;
  canary: string;
}

const patterns: readonly Pattern[] = [
  ...canaryWords.flatMap(word => [text(word, Buffer.from(word)), hex(word, Buffer.from(word))]),
  ...canaryNumbers.flatMap(number => {
    const canary = String(number);
    const f32 = Buffer.alloc(4);
    f32.writeFloatLE(number);
    const f64 = Buffer.alloc(8);
    f64.writeDoubleLE(number);
    return [
      text(canary, Buffer.from(canary)),
      // As few digits as a float32 needs, which is how rows are shown.
      text(canary, Buffer.from(shortest(number))),
      { canary, form: 'f32' as const, bytes: f32, isShort: true },
      { canary, form: 'f64' as const, bytes: f64, isShort: false },
      // As SQLite writes a REAL.
      { canary, form: 'f64-big-endian' as const, bytes: Buffer.from(f64).reverse(), isShort: false },
      { ...hex(canary, f32), isShort: true },
      hex(canary, f64),
    ];
  }),
];

/** The canaries in these bytes, in any form. */
export function findCanaries(where: string, bytes: Uint8Array): Find[] {
  const found = patterns.filter(pattern =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(pattern.bytes),
  );
  const short = new Set(found.filter(({ isShort }) => isShort).map(({ canary }) => canary));
  return found
    .filter(({ isShort }) => !isShort || short.size > 1)
    .map(({ canary, form }) => ({ where, form, canary }));
}

function shortest(number: number): string {
  let digits = 1;
  while (Math.fround(Number(number.toPrecision(digits))) !== number) digits++;
  return String(Number(number.toPrecision(digits)));
}

function text(canary: string, bytes: Buffer): Pattern {
  return { canary, form: 'text', bytes, isShort: false };
}

function hex(canary: string, bytes: Buffer): Pattern {
  return { canary, form: 'hex', bytes: Buffer.from(bytes.toString('hex')), isShort: false };
}

const SITES = ['north', 'south', 'harbour'];

/** A table whose every tenth row has a canary number and whose first rows have the words; without them a public one. */
export function canaryCsv(rows: number, isPlanted: boolean): Uint8Array {
  const lines = ['age,site,marker,outcome'];
  for (let row = 0; row < rows; row++) {
    const age = 30 + ((row * 17) % 50);
    const word = row % 40 === 1 ? canaryWords[((row / 40) % canaryWords.length) | 0] : undefined;
    const number = row % 10 === 3 ? canaryNumbers[((row / 10) % canaryNumbers.length) | 0] : undefined;
    const site = (isPlanted && word) || SITES[row % SITES.length];
    const marker = (isPlanted && number) || 100 + ((row * 37) % 90);
    lines.push(`${age},${site},${marker},${(age + ((row * 7) % 31)) % 3 === 0 ? 'yes' : 'no'}`);
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}
