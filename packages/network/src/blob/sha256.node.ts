import { createHash } from 'node:crypto';

/** SHA-256 of what comes piece by piece, by Node. */
export const newSha256 = () => createHash('sha256');
