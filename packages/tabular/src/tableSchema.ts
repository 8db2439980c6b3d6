/** `number`: float32, missing as NaN. `category`: one of a dictionary of words, or missing. */
export type ColumnType = 'number' | 'category';

export interface SchemaColumn {
  name: string;
  type: ColumnType;
}

/** Something the owner should look at; the table can be used as it is. */
export interface TableWarning {
  code: `K_TABLE_${string}`;
  column: string;
  message: string;
}

/** How the columns of a file are to be read. */
export interface TableSchema {
  /** In the order of the file, without the excluded ones. */
  columns: SchemaColumn[];
  /** What a model is to predict; always a category. */
  target?: string;
  excluded: string[];
  warnings: TableWarning[];
}
