/** Fuel of one page a program grows its memory by: as much as filling it. */
export const FUEL_PER_PAGE = 8192n;

/** Bulk operations cost one unit for every 2^3 bytes, or for every element of a table. */
export const BYTES_PER_FUEL_SHIFT = 3n;

/** Fuel of every call of the host, before what its length costs. */
export const HOST_CALL_FUEL = 200n;
