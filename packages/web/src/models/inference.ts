import type { ModelInput, Row } from '@koinon/sdk/inference';

/** The row that was typed into the form; empty texts are missing values. */
export function rowTyped(inputs: readonly ModelInput[], values: Readonly<Record<string, string>>): Row {
  return Object.fromEntries(
    inputs.map(({ name, datatype }) => {
      const text = values[name] ?? '';
      return [name, text === '' ? null : datatype === 'BYTES' ? text : Number(text)];
    }),
  );
}

/** A column's name as a label: "systolic_bp" is "systolic bp". */
export function labelOf(name: string): string {
  return name.replace(/[_-]+/g, ' ').trim();
}
