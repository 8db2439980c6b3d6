/** What an honest job releases, without a program, a table or a gate: for tests of whatever handles releases. */
export { drawFiles } from './drawFiles.ts';
