// Prints the floors, their packages and the services as the code has them; `--write` puts them into docs/architecture.md,
// which scripts/house/drawing.test.ts compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { architecture, readDescriptions, replaceDrawing } from './house/architectureFile.ts';
import { drawingOf } from './house/drawing.ts';
import { readHouse } from './house/readHouse.ts';

const drawing = drawingOf(readHouse(), readDescriptions());
if (process.argv.includes('--write')) {
  writeFileSync(architecture, replaceDrawing(readFileSync(architecture, 'utf8'), drawing));
} else {
  console.log(drawing);
}
