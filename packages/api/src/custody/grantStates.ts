/** How a request for a grant was answered. */
export const grantStatuses = ['pending', 'approved', 'denied', 'expired'] as const;
export type GrantStatus = (typeof grantStatuses)[number];

/** How a request stands with what happened since: a grant may be used up, revoked or over. */
export const grantStates = [...grantStatuses, 'used', 'revoked'] as const;
export type GrantState = (typeof grantStates)[number];
