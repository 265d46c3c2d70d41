/** What the page asks for, as JSON: types that server and page share. */
import type { PortStatus } from '../../aggregator/status.js';
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

/** `GET /machines.json`: a machine of a port, with its picture. */
export interface ShownMachine {
  readonly name: string;
  readonly title: string;
  readonly clause: string;
  readonly note: string;
  /** The member of a port's status that tells the state. */
  readonly field: keyof PortStatus;
  /** `status`: as that member has it; `entry`: what is done on entry. */
  readonly states: readonly { readonly name: string; readonly status: string; readonly entry: readonly string[] }[];
  /** Their numbers in the picture count from 1. */
  readonly ways: readonly {
    readonly from: string;
    readonly to: string;
    readonly when: string;
    readonly actions: readonly string[];
  }[];
  /** States bear `data-state`, arrows `data-from`. */
  readonly svg: string;
}
