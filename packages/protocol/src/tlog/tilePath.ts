import { KoinonError } from '../errors.ts';
import { TILE_WIDTH } from './tile.ts';

/** What a path below the log's URL names: a tile of hashes, or a bundle of the entries below a tile of level 0. */
export interface TileName {
  /** 0 to 63; `entries` for a bundle. */
  level: number | 'entries';
  /** Index within the level. */
  index: number;
  /** Hashes or entries in it, 1 to 256; fewer than 256 is a partial tile. */
  width: number;
}

/** `tile/<L>/<N>[.p/<W>]` of C2SP tlog-tiles; the index in groups of three digits, all but the last after an `x`. */
export function tilePath({ level, index, width }: TileName): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/\d{3}/g)!;
  const elements = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${elements}${width < TILE_WIDTH ? `.p/${width}` : ''}`;
}

const FORM = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** The tile a path names. Throws `K_TILE_PATH` for any text that `tilePath` does not write. */
export function parseTilePath(path: string): TileName {
  const [, level, elements, width] = FORM.exec(path.slice(0, 64)) ?? [];
  if (level !== undefined && elements !== undefined) {
    const name: TileName = {
      level: level === 'entries' ? level : Number(level),
      index: Number(elements.replace(/[x/]/g, '')),
      width: width === undefined ? TILE_WIDTH : Number(width),
    };
    const inRange =
      (name.level === 'entries' || name.level <= 63) &&
      Number.isSafeInteger(name.index) &&
      (width === undefined || name.width < TILE_WIDTH);
    if (inRange && tilePath(name) === path) return name;
  }
  throw new KoinonError({ code: 'K_TILE_PATH', message: 'No such tile path.', fault: 'user' });
}
