/** Shortest decimal that reads back as the same f64, without a trailing ".0"; "null" for NaN and infinities. */
export function formatNumber(value: f64): string {
  if (!isFinite(value)) return "null";
  return withoutPointZero((value + 0).toString());
}

/** Shortest decimal that reads back as the same f32, without a trailing ".0". */
export function formatSingle(value: f32): string {
  return withoutPointZero((value == 0 ? <f32>0 : value).toString());
}

function withoutPointZero(text: string): string {
  return text.endsWith(".0") ? text.slice(0, -2) : text;
}
