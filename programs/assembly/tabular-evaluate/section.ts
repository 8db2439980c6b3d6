import { JsonWriter } from "../shared/jsonWriter";
import { Measures } from "./measures";

/** Some rows that are measured together: all of them, or those with one value of a group column. */
export class Section {
  measures: Measures = new Measures();
  /** `start` points at the numbers of `count` rows; where there are none, the section is only named. */
  constructor(
    public start: usize,
    public count: i32,
    private column: string = "",
    private value: string = "",
    private shownRows: f64 = count,
  ) {}

  write(json: JsonWriter): void {
    json.openObject();
    if (this.column.length > 0) json.key("column").string(this.column).key("value").string(this.value);
    json.key("rows").number(this.shownRows);
    this.measures.write(json);
    json.closeObject();
  }
}
