import { sha256 } from '@noble/hashes/sha2.js';

/** SHA-256 of what comes piece by piece, where there is no Node. */
export const newSha256 = () => sha256.create();
