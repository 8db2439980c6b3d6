import { KoinonError } from '@koinon/protocol/errors';
import type { Input, Surroundings } from '../commands/surroundings.ts';

const ENTER = ['\r', '\n', '\u0004'];
const CTRL_C = '\u0003';
const BACKSPACE = ['\u007f', '\b'];

type Terminal = Pick<Surroundings, 'stdin' | 'stderr'>;

/**
 * A line typed at the terminal without being shown. Throws `K_NO_TERMINAL` where there is none, with `instead` as what
 * to type, and `K_INTERRUPTED` on Ctrl-C.
 */
export function askSecret(terminal: Terminal, question: string, instead: string): Promise<string> {
  return ask(terminal, question, instead, () => undefined);
}

/** A line typed at the terminal, shown as it is typed. Throws as `askSecret` does. */
export function askLine(terminal: Terminal, question: string, instead: string): Promise<string> {
  return ask(terminal, question, instead, text => terminal.stderr.write(text));
}

async function ask(
  { stdin, stderr }: Terminal,
  question: string,
  instead: string,
  show: (text: string) => void,
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
    return await typedLine(stdin, show);
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

function typedLine(stdin: Input, show: (text: string) => void): Promise<string> {
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
        if (BACKSPACE.includes(character)) {
          if (typed.length > 0) show('\b \b');
          typed = typed.slice(0, -1);
        } else {
          typed.push(character);
          show(character);
        }
      }
    };
    stdin.on('data', hear);
  });
}
