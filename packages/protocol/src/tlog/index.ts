export { toBase64 } from './base64.ts';
export * from './checkpoint.ts';
export * from './entryBundle.ts';
export * from './logOrigin.ts';
export * from './note.ts';
export * from './tile.ts';
export * from './tilePath.ts';
