// Writes the vectors that pin the formats: node packages/protocol/scripts/vectors.ts [--check]
import { writeGenerated } from './generated.ts';
import { executionVectors } from './vectors/execution.ts';
import { gateVectors } from './vectors/gate.ts';
import { idVectors } from './vectors/ids.ts';
import { lotVectors } from './vectors/lot.ts';
import { manifestVectors } from './vectors/manifest.ts';
import { typedDataVectors } from './vectors/typedData.ts';

const vectorsFolder = new URL('../../../vectors/', import.meta.url);

/** Every generated file of `vectors/` with its text. A change here is a new version of the format it pins. */
export async function vectorFiles(): Promise<Array<{ url: URL; text: string }>> {
  const contents = {
    'typedData.json': await typedDataVectors(),
    'ids.json': idVectors(),
    'execution.json': executionVectors(),
    'lot.json': lotVectors(),
    'manifest.json': manifestVectors(),
    'gate.json': gateVectors(),
  };
  return Object.entries(contents).map(([name, content]) => ({
    url: new URL(name, vectorsFolder),
    text: `${JSON.stringify(content, null, 1)}\n`,
  }));
}

if (import.meta.main) {
  writeGenerated(await vectorFiles(), 'node packages/protocol/scripts/vectors.ts');
}
