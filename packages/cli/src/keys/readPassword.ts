import type { Surroundings } from '../commands/surroundings.ts';
import { readWhole } from '../data/readTable.ts';
import { askSecret } from '../terminal/askSecret.ts';
import { usageError } from '../terminal/usageError.ts';

const PASSWORD_MAX_BYTES = 4_096;
const INSTEAD = 'Put the password into a file that only you can read and give --password-file FILE.';

/** The password of a key that exists: from a file, or typed at the terminal. It is never an argument, which others see. */
export async function readPassword(
  surroundings: Surroundings,
  file: string | undefined,
  question = 'Password',
): Promise<string> {
  return file === undefined ? askSecret(surroundings, question, INSTEAD) : passwordOfFile(file);
}

/** The password of a new key: typed twice at the terminal, or from a file. Throws `K_USAGE` for an empty one. */
export async function choosePassword(surroundings: Surroundings, file: string | undefined): Promise<string> {
  if (file !== undefined) return requirePassword(await passwordOfFile(file));
  const password = requirePassword(await askSecret(surroundings, 'New password', INSTEAD));
  const again = await askSecret(surroundings, 'The same again', INSTEAD);
  if (again === password) return password;
  throw usageError('The two passwords differ; nothing was made.', 'Try again.');
}

async function passwordOfFile(path: string): Promise<string> {
  const bytes = await readWhole(path, size => {
    if (size > PASSWORD_MAX_BYTES) {
      throw usageError(`${path} is too large for a password.`, 'Give a file with the password on one line.');
    }
  });
  return new TextDecoder().decode(bytes).replace(/\r?\n$/, '');
}

function requirePassword(password: string): string {
  if (password !== '') return password;
  throw usageError('The password is empty.', 'Choose a long one; whoever has it and the file has the money.');
}
