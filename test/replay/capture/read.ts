/** Reads a whole file that is in memory, in pieces of a given size. */
import type { CapturedFrame, Damage } from '../../../src/replay/capture/capture.js';
import { CaptureReader } from '../../../src/replay/capture/capture-reader.js';

export interface ReadFile {
  readonly frames: readonly CapturedFrame[];
  readonly damage: Damage | undefined;
  readonly notes: readonly string[];
  readonly reader: CaptureReader;
}

export function readFile(file: Uint8Array, piece = file.length): ReadFile {
  const frames: CapturedFrame[] = [];
  const reader = new CaptureReader((frame) => frames.push(frame));
  for (let at = 0; at < file.length; at += piece) reader.push(file.slice(at, at + piece));
  const notes = reader.end();
  return { frames, damage: reader.damage, notes, reader };
}
