/**
 * The loop guard's probe: a frame of our own that only comes back to us when there is a loop. Its destination is a group
 * address of the locally administered kind, which every bridge on the way floods; its EtherType is the first of the two
 * that IEEE 802 keeps for local experiments.
 *
 *     destination 6 | source 6 | 88-B5 | "vethloop" 8 | bridge 8 | port 4 | serial 4 | zeros to 60 octets
 */
import type { Mac } from '../../lacp/variables.js';

export const PROBE_TYPE = 0x88b5;
const DESTINATION: Mac = '03:76:65:74:68:62';
const MAGIC = 'vethloop';
const HEADER = 14;
const LENGTH = 60;

export interface Probe {
  /** Which bridge sent it: 8 octets made up at random, in hexadecimal. */
  readonly bridge: string;
  /** On which of its ports. */
  readonly port: number;
  readonly serial: number;
}

/** A whole frame. */
export function encodeProbe({ bridge, port, serial }: Probe, source: Mac): Uint8Array {
  const frame = new Uint8Array(LENGTH);
  frame.set(octets(DESTINATION.replaceAll(':', '')), 0);
  frame.set(octets(source.replaceAll(':', '')), 6);
  const view = new DataView(frame.buffer);
  view.setUint16(12, PROBE_TYPE);
  for (let i = 0; i < MAGIC.length; i++) frame[HEADER + i] = MAGIC.charCodeAt(i);
  frame.set(octets(bridge), HEADER + 8);
  view.setUint32(HEADER + 16, port);
  view.setUint32(HEADER + 20, serial);
  return frame;
}

/** Undefined: not a probe. */
export function decodeProbe(frame: Uint8Array): Probe | undefined {
  if (frame.length < HEADER + 24) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint16(12) !== PROBE_TYPE) return undefined;
  for (let i = 0; i < MAGIC.length; i++) if (frame[HEADER + i] !== MAGIC.charCodeAt(i)) return undefined;
  const bridge = [...frame.subarray(HEADER + 8, HEADER + 16)]
    .map((each) => each.toString(16).padStart(2, '0'))
    .join('');
  return { bridge, port: view.getUint32(HEADER + 16), serial: view.getUint32(HEADER + 20) };
}

function octets(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
