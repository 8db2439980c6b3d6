/**
 * What requests for grants may take of a custodian before its owner has looked. A place is what an ordinary request takes
 * with its draft; larger ones take several, so that one measure bounds both the list and the disk: 1,200 places are 9.4 MiB.
 */
export const PLACE_BYTES = 8 * 1024;
/** Largest draft of a request, bytes; an ordinary one has two thousand. */
export const DRAFT_MAX_BYTES = 64 * 1024;
export const PLACES_PER_REQUESTER = 16;
export const PLACES = 1_000;
/** Places beyond, for requesters of whom nothing waits: those who ask much cannot keep others from asking once. */
export const RESERVED_PLACES = 200;

/** New requests of one key: at once, and a second. */
export const REQUEST_BURST = 32;
export const REQUESTS_PER_SECOND = 1 / 60;

const DAY_MS = 86_400_000;
/** Longest a request may ask to wait, and how long one waits that nobody looked at. */
export const WAIT_MAX_MS = 30 * DAY_MS;
export const UNSEEN_WAIT_MS = 14 * DAY_MS;
/** How long a request is kept whole after it was refused or approved; and then how long its digest is. */
export const REFUSED_KEPT_MS = 30 * DAY_MS;
export const APPROVED_KEPT_MS = 365 * DAY_MS;
export const FORGOTTEN_MS = 2 * 365 * DAY_MS;

/** Grants that are given without a person in a day: on one dataset, and of these to one requester. */
export const AUTOMATIC_PER_DAY = 64;
export const AUTOMATIC_PER_REQUESTER = 32;
/** How long a grant holds: a day. */
export const GRANT_MS = DAY_MS;
