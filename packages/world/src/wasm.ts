// SQLite for where there is no Node: apart, as it is large.
export { wasmSqlite } from './store/wasmSqlite.ts';
