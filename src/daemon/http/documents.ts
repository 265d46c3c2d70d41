/** What the page asks for, as JSON: types that server and page share. */
import type { ShowResult, WhyResult } from '../messages.js';

/** `GET /api/state`, and the event `state` of `/api/live`. */
export interface StateDocument {
  /** Milliseconds on a clock that only goes on; for rates. */
  readonly at: number;
  /** Time of day, milliseconds since 1970. */
  readonly time: number;
  /** Name of the machine. */
  readonly machine: string;
  readonly show: ShowResult;
  readonly why: WhyResult;
}

/** Event `journal` of `/api/live`: lines as `vethcfg events` prints them, oldest first. */
export interface JournalPart {
  readonly lines: readonly string[];
  /** Entries that were given up before they could be told. */
  readonly missed: number;
}
