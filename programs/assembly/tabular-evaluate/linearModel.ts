import { Part } from "./tensor";

/** A softmax over linear scores of the parts, which lie side by side. */
export class LinearModel {
  constructor(
    public classes: string[],
    public parts: Part[],
    /** Class by class, each in the order of the parts. */
    public coefficients: f32[],
    public intercepts: f32[],
  ) {}
}
