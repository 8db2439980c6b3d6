/** What an honest job releases, without a program, a table or a gate: for tests of whatever handles releases. */

/** The gate's inside, for attacks that read a release as closely as it can be read. */
export { LOSS_VALUES } from '../figures/figures.ts';
export { type Setting, settingOf } from '../gate/setting.ts';
export { readLinear } from '../linear/readLinear.ts';
export { drawFiles } from './drawFiles.ts';
