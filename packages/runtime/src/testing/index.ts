/** WebAssembly from its text, for tests of whatever runs programs. */
export { wat } from './wat.ts';
