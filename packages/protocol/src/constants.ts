/** A node anchors its log at least this often, seconds: an epoch. Receipts say `anchorBy` = now + 2 epochs, so that one missed transaction is no fault. */
export const ANCHOR_EPOCH_SECONDS = 600;

/** Longest an order may ask a provider to keep it open, seconds: a day. */
export const ORDER_MAX_AGE_SECONDS = 86_400;

/** Clocks of honest nodes differ by less than this, seconds. */
export const CLOCK_SKEW_SECONDS = 120;

/** Largest message on a request stream, bytes: a manifest with its order and grant fits several times. */
export const MESSAGE_MAX_BYTES = 1 << 20;

/** Largest CSV file that is read at all, bytes: parsed in a browser too it stays below 512 MiB there. */
export const TABLE_FILE_MAX_BYTES = 64 * 2 ** 20;

/** Fuel of one unit of `gigafuelAmount`. */
export const GIGAFUEL = 1_000_000_000n;

/** The price of work by an offer: base plus the started gigafuels, base units. */
export function priceOf(offer: { baseAmount: bigint; gigafuelAmount: bigint }, fuel: bigint): bigint {
  return offer.baseAmount + offer.gigafuelAmount * ((fuel + GIGAFUEL - 1n) / GIGAFUEL);
}
