// What a store is on a disk of this machine, by Node: what a browser can not have.
export { sqliteFile, sqliteInMemory } from './database/nodeSqlite.ts';
export { openStore } from './openStore.ts';
