import { KoinonError } from '@koinon/protocol/errors';
import type { Input, Surroundings } from '../commands/surroundings.ts';

const ENTER = ['\r', '\n', '\u0004'];
const CTRL_C = '\u0003';
const BACKSPACE = ['\u007f', '\b'];

/**
 * A line typed at the terminal without being shown. Throws `K_NO_TERMINAL` where there is none, with `instead` as what
 * to type, and `K_INTERRUPTED` on Ctrl-C.
 */
export async function askSecret(
  { stdin, stderr }: Pick<Surroundings, 'stdin' | 'stderr'>,
  question: string,
  instead: string,
): Promise<string> {
  if (!stdin?.isTTY || !stdin.setRawMode) {
    throw new KoinonError({
      code: 'K_NO_TERMINAL',
      message: `${question} cannot be asked: there is no terminal.`,
      fault: 'user',
      next: instead,
    });
  }
  stderr.write(`${question}: `);
  stdin.setRawMode(true);
  stdin.resume();
  try {
    return await hiddenLine(stdin);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

function hiddenLine(stdin: Input): Promise<string> {
  const decoder = new TextDecoder();
  let typed: string[] = [];
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      for (const character of decoder.decode(chunk, { stream: true })) {
        if (character === CTRL_C) {
          stdin.removeListener('data', hear);
          reject(
            new KoinonError({ code: 'K_INTERRUPTED', message: 'Stopped; nothing was done.', fault: 'user' }),
          );
          return;
        }
        if (ENTER.includes(character)) {
          stdin.removeListener('data', hear);
          resolve(typed.join(''));
          return;
        }
        if (BACKSPACE.includes(character)) typed = typed.slice(0, -1);
        else typed.push(character);
      }
    };
    stdin.on('data', hear);
  });
}
