import type { Cid } from '@koinon/protocol';
import type { Sources } from './sources.ts';

/** The same sources, asked for each blob once: jobs of a passport share programs, tables and models. */
export function remember(sources: Sources): Sources {
  const blobs = new Map<Cid, Promise<Uint8Array | undefined>>();
  const rest = Object.entries(sources).map(([name, value]) => [
    name,
    typeof value === 'function' ? value.bind(sources) : value,
  ]);
  return {
    ...(Object.fromEntries(rest) as Sources),
    blob: cid => {
      const known = blobs.get(cid);
      if (known) return known;
      const found = sources.blob(cid);
      blobs.set(cid, found);
      return found;
    },
  };
}
