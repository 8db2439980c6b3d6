import { isDecimal, isNotFiniteWord, parseDecimal } from './decimal.ts';
import { DICTIONARY_MAX_WORDS } from './limits.ts';
import type { RawTable } from './rawTable.ts';

/** What one pass over a column shows. Rows are indexes; `undefined` where there is no such row. */
export interface ColumnFacts {
  missing: number;
  /** First cell that is neither missing nor a number. */
  firstWord: number | undefined;
  /** First cell that is a number only in name (NaN, inf) or beyond float32. */
  firstNotFinite: number | undefined;
  /** Numbers among the cells, finite or not. */
  numbers: number;
  isWhole: boolean;
  /** How often each text stands; counting stops past `DICTIONARY_MAX_WORDS` distinct ones. */
  counts: Map<string, number>;
  /** False when counting stopped. */
  isCounted: boolean;
  longest: number;
  firstFormula: number | undefined;
  firstControl: number | undefined;
}

/** A cell that a spreadsheet would run: the mock and the dictionaries are opened in spreadsheets. */
const FORMULA = /^(?:=|[+\-@].*[(|!])/;
/** What the gate lets out in no name: a word that has one would hold back every model. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

export function columnFacts(raw: RawTable, column: number): ColumnFacts {
  const facts: ColumnFacts = {
    missing: 0,
    firstWord: undefined,
    firstNotFinite: undefined,
    numbers: 0,
    isWhole: true,
    counts: new Map(),
    isCounted: true,
    longest: 0,
    firstFormula: undefined,
    firstControl: undefined,
  };
  for (let row = 0; row < raw.rows; row++) {
    const text = raw.cell(row, column);
    if (text === '') {
      facts.missing++;
      continue;
    }
    if (facts.isCounted) {
      facts.counts.set(text, (facts.counts.get(text) ?? 0) + 1);
      facts.isCounted = facts.counts.size <= DICTIONARY_MAX_WORDS;
    }
    if (text.length > facts.longest) facts.longest = text.length;
    if (isDecimal(text)) {
      facts.numbers++;
      const value = parseDecimal(text);
      if (!Number.isFinite(value)) facts.firstNotFinite ??= row;
      else if (facts.isWhole && !Number.isInteger(value)) facts.isWhole = false;
    } else if (isNotFiniteWord(text)) {
      facts.numbers++;
      facts.firstNotFinite ??= row;
    } else {
      facts.firstWord ??= row;
      if (facts.firstFormula === undefined && FORMULA.test(text)) facts.firstFormula = row;
      if (facts.firstControl === undefined && CONTROL.test(text)) facts.firstControl = row;
    }
  }
  return facts;
}
