/** Words for a trap; engines phrase it differently, and what none of these matches is simply a trap. */
const REASONS: readonly [RegExp, string][] = [
  [/unreachable/i, 'the program reached an instruction it holds for unreachable'],
  [/divi(de|sion) by zero|remainder by zero/i, 'it divided an integer by zero'],
  [
    /divide result|integer overflow|unrepresentable|out of range|invalid conversion|truncat/i,
    'a number does not fit in its integer type',
  ],
  [/(memory|out.of.bounds memory|memory access)/i, 'it reached outside its memory'],
  [
    /signature|null function|indirect|uninitialized|table/i,
    'an indirect call went to the wrong function or none',
  ],
];

export function trapReason(error: Error): string {
  return REASONS.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'the program trapped';
}
