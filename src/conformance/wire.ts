/**
 * What the cases need of the world: links to the device under test, and a time. In virtual time `wait` moves the time;
 * on real links it lets it pass. Frames are whole Ethernet frames, from the destination address, without FCS.
 */
import type { Mac } from '../lacp/variables.js';

/** One of our ends of the links to the device. */
export interface WirePort {
  readonly name: string;
  /** Source address of what we send. */
  readonly mac: Mac;
}

export interface Wire {
  readonly ports: readonly WirePort[];
  /** Milliseconds, monotonic, any origin. */
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
  wait(ms: number): Promise<void>;
  /** Sends on the port with this index; a link that is down loses the frame. */
  send(port: number, frame: Uint8Array): void;
  /** Every slow-protocols frame that arrives; `frame` is valid only during the call. */
  start(listener: (port: number, frame: Uint8Array) => void): void;
  close(): void;
}
