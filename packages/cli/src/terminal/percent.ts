/** Parts per million as a percentage that never hides a small one: "33.3 %", "0.0037 %". */
export function percentOf(ppm: number): string {
  const share = ppm / 10_000;
  return `${share >= 1 || share === 0 ? Number(share.toFixed(1)) : Number(share.toPrecision(2))} %`;
}
