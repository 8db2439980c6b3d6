import type { Surroundings } from '../commands/surroundings.ts';
import { styleFor } from './style.ts';

const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const FRAME_MS = 100;

/** Says what long work is at, on standard error: a moving line on a terminal, nothing where nobody looks. */
export interface Progress {
  /** What is being done now. */
  doing(text: string): void;
  /** A line that stays, above the moving one. */
  line(text: string): void;
  /** Takes the moving line away. */
  stop(): void;
}

export function createProgress({
  stderr,
  environment,
  json,
}: Pick<Surroundings, 'stderr' | 'environment' | 'json'>): Progress {
  const isAnimated = stderr.isTTY === true && environment['TERM'] !== 'dumb';
  const style = styleFor(stderr, environment);
  let timer: NodeJS.Timeout | undefined;
  let current = '';
  let frame = 0;
  let sinceMs = Date.now();
  const erase = () => {
    if (timer) stderr.write('\r\u001b[2K');
  };
  const draw = () => {
    const seconds = Math.floor((Date.now() - sinceMs) / 1000);
    const waited = seconds >= 2 ? style.dim(` ${seconds} s`) : '';
    const room = (stderr.columns || 80) - 10;
    const text = current.length > room ? `${current.slice(0, room - 1)}…` : current;
    stderr.write(`\r\u001b[2K${style.cyan(FRAMES[frame++ % FRAMES.length]!)} ${text}${waited}`);
  };
  const stop = () => {
    erase();
    clearInterval(timer);
    timer = undefined;
  };
  return {
    doing: text => {
      if (!isAnimated) return;
      if (text !== current) sinceMs = Date.now();
      current = text;
      if (!timer) {
        timer = setInterval(draw, FRAME_MS);
        timer.unref();
      }
      draw();
    },
    line: text => {
      if (json) return;
      erase();
      stderr.write(`${text}\n`);
      if (timer) draw();
    },
    stop,
  };
}
