/** A part of the report: one table, and what is to be known of it. */
export interface Section {
  readonly title: string;
  readonly text: string;
}
