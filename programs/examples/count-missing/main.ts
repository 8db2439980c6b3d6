// The smallest useful program: counts the missing cells of each column of /in/table.safetensors and writes
// /out/metrics.json. A program of yours may read the table with the shared files, as here, or on its own.
import { writeText } from '../../assembly/shared/files';
import { JsonWriter } from '../../assembly/shared/jsonWriter';
import { readTable } from '../../assembly/shared/table';

const table = readTable('/in/table.safetensors');
const json = new JsonWriter().openObject().key('rows').number(table.rows).key('missing').openObject();
for (let i = 0; i < table.columns.length; i++) {
  const column = table.columns[i];
  let missing = 0;
  for (let row = 0; row < table.rows; row++) {
    const cell = column.start + ((<usize>row) << 2);
    if (column.isNumber ? F32.isNaN(load<f32>(cell)) : load<i32>(cell) < 0) missing++;
  }
  json.key(column.name).number(missing);
}
writeText('/out/metrics.json', json.closeObject().closeObject().toString());
