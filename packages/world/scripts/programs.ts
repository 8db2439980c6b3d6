// Writes the bytes of src/programs/small.wat, so that a page need not assemble them; without `--write` only says whether they are
// what they should be.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import binaryen from 'binaryen';

const folder = join(import.meta.dirname, '..', 'src', 'programs');
const file = join(folder, 'generated', 'small.ts');

/** The generated file as it should be. */
function smallProgramFile(): string {
  const module = binaryen.parseText(readFileSync(join(folder, 'small.wat'), 'utf8'));
  try {
    module.setFeatures(binaryen.Features.MutableGlobals);
    if (!module.validate()) throw new Error('small.wat is not valid.');
    const base64 = Buffer.from(module.emitBinary()).toString('base64');
    return `// Written by scripts/programs.ts from small.wat. Do not edit.\nexport const small =\n  '${base64}';\n`;
  } finally {
    module.dispose();
  }
}

/** Whether the file that is there is that one. */
export const isSmallProgramFresh = (): boolean => readFileSync(file, 'utf8') === smallProgramFile();

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) writeFileSync(file, smallProgramFile());
  else if (!isSmallProgramFresh()) {
    console.error('small.wat has changed; run: node packages/world/scripts/programs.ts --write');
    process.exit(1);
  }
}
