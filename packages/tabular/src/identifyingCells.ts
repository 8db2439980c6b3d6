import type { IdentifyingKind } from './identifyingNames.ts';

/** A form that cells can have, and the share of a column's present cells from which it counts. */
interface CellForm {
  kind: IdentifyingKind;
  /** 0 where one cell is enough, because hardly anything else has the form. */
  share: number;
  matches(text: string): boolean;
}

const UK_POSTCODE = /^[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}$/i;

const FORMS: readonly CellForm[] = [
  { kind: 'e-mail addresses', share: 0, matches: text => /^[^\s@]{1,64}@[^\s@]+\.[^\s@.]{2,}$/.test(text) },
  { kind: 'bank accounts or cards', share: 0, matches: isIban },
  {
    kind: 'numbers that stand for one person',
    share: 0,
    matches: text => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
  },
  // One number in ten passes the check of a card by chance, so most must.
  { kind: 'bank accounts or cards', share: 0.5, matches: isCard },
  { kind: 'network addresses', share: 0.5, matches: isAddressOfNetwork },
  { kind: 'dates', share: 0.5, matches: isDate },
  { kind: 'telephone numbers', share: 0.5, matches: isTelephone },
  { kind: 'postcodes', share: 0.5, matches: text => UK_POSTCODE.test(text) },
];

/** Five digits are a postcode in Germany, France, Spain, Italy and the United States, and any number elsewhere. */
const DIGITS_POSTCODE = /^[0-9]{5}(-[0-9]{4})?$/;

/** What the cells look like, where that may lead to a person; `isPlace` where the column's name speaks of places. */
export function kindOfCells(cells: readonly string[], isPlace: boolean): IdentifyingKind | undefined {
  if (cells.length === 0) return undefined;
  const shareOf = (matches: (text: string) => boolean) => cells.filter(matches).length / cells.length;
  for (const { kind, share, matches } of FORMS) {
    const found = shareOf(matches);
    if (found > 0 && found >= share) return kind;
  }
  return isPlace && shareOf(text => DIGITS_POSTCODE.test(text)) >= 0.5 ? 'postcodes' : undefined;
}

/** ISO 13616: the first four characters moved to the end, letters as 10 to 35, the number is 1 modulo 97. */
function isIban(text: string): boolean {
  const plain = text.replaceAll(' ', '').toUpperCase();
  if (!/^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(plain)) return false;
  let rest = 0;
  for (const character of `${plain.slice(4)}${plain.slice(0, 4)}`) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** ISO/IEC 7812: 13 to 19 digits with the check digit of Luhn. */
function isCard(text: string): boolean {
  const digits = text.replace(/[ -]/g, '');
  if (!/^[1-9][0-9]{12,18}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? 2 * digit : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function isAddressOfNetwork(text: string): boolean {
  const parts = text.split('.');
  if (parts.length === 4) return parts.every(part => /^[0-9]{1,3}$/.test(part) && Number(part) <= 255);
  return (
    /^[0-9a-f]{0,4}(:[0-9a-f]{0,4}){3,7}$/i.test(text) || /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text)
  );
}

/** Year, month and day in any order, with or without a time. */
function isDate(text: string): boolean {
  const found =
    /^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ][0-9].*)?$/.exec(text) ??
    /^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})(?:[T ][0-9].*)?$/.exec(text);
  if (!found) return false;
  const [first, second, third] = found.slice(1).map(Number) as [number, number, number];
  const [a, b] = found[1]!.length === 4 ? [second, third] : [first, second];
  return a >= 1 && b >= 1 && Math.min(a, b) <= 12 && Math.max(a, b) <= 31;
}

/** With the sign of a country, brackets or gaps: digits alone may be any number. */
function isTelephone(text: string): boolean {
  const digits = text.replace(/[^0-9]/g, '').length;
  if (digits < 7 || digits > 15 || !/^\+?[0-9 ()/.-]+$/.test(text)) return false;
  return /^(\+[1-9]|00[1-9]|0[1-9]|\()/.test(text) && !/^0?[0-9]*\.[0-9]*$/.test(text);
}
