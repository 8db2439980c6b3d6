import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../bundle.ts';

export const architecture = join(repository, 'docs', 'architecture.md');

const BEGIN = '<!-- drawn from the code: node scripts/architecture.ts --write -->';
const END = '<!-- end of the drawing -->';

/** The document with another drawing between its marks. Throws where a mark is missing. */
export function replaceDrawing(document: string, drawing: string): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error('docs/architecture.md has lost the marks around its drawing.');
  return `${document.slice(0, from)}${BEGIN}\n\n${drawing}\n\n${document.slice(to)}`;
}

/** What each package is, in the words of its package.json. */
export function readDescriptions(): Map<string, string> {
  const files = globSync('packages/*/package.json', { cwd: repository });
  return new Map(
    files.map(file => {
      const { name, description } = JSON.parse(readFileSync(join(repository, file), 'utf8')) as {
        name: string;
        description: string;
      };
      return [name.replace('@koinon/', ''), description];
    }),
  );
}
