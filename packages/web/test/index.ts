export { findBrowser, openBrowser, skipWithoutBrowser } from './browser.ts';
export { type PageReport, runPageChecks } from './runPageChecks.ts';
