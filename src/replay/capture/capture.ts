/** What the readers of capture files give, and how they are driven. */

/** A frame of the slow protocols, or one that wants to be, as it was captured. */
export interface CapturedFrame {
  /** Milliseconds since 1970, as exact as a number can say it: to a quarter of a microsecond. */
  readonly at: number;
  /** Of all packets of the file, counted from 1 as other tools do. */
  readonly packet: number;
  /** Interface that it was captured on, by its place in the file. */
  readonly place: string;
  /** Ethernet frame from the destination on, without FCS; a copy. */
  readonly frame: Uint8Array;
  /** Octets that were left out at the end by the capture (snapshot length). */
  readonly missing: number;
}

/** Where a file stops making sense. All packets before it count. */
export interface Damage {
  /** Octets from the beginning of the file to the record that cannot be read. */
  readonly offset: number;
  readonly what: string;
}

/** One file format: reads as many whole records as there are. */
export interface Format {
  /** In words. */
  readonly name: string;
  readonly packets: number;
  /**
   * Reads records from the beginning of `bytes` and gives the number of octets that are done with; more than there are:
   * so many of the following ones are of no interest. What is left is given again, with more behind it.
   */
  read(bytes: Uint8Array, view: DataView): number;
  /** Set by `read`: the record at the position that it gave is damaged. */
  readonly damaged: string | undefined;
  /** What the file said that cannot be used, in words for its reader. */
  notes(): string[];
}

/** Takes frames, and learns of the time of every packet that is passed over. */
export interface Sink {
  frame(frame: CapturedFrame): void;
  /** First and last time stamp so far. */
  first: number | undefined;
  last: number | undefined;
}

/** A packet longer than this is damage: no snapshot length of tcpdump or Wireshark is greater. */
export const LONGEST_PACKET = 262_144;
