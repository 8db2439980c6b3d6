// Threads and a server of this machine, by Node: what a browser can not have.
export { gateInWorkers } from './gate/gateInWorkers.ts';
export { serveHttp } from './http/serveHttp.ts';
