/** What a capture on the first link of two systems on a table would hold, replayed. */
import { md5 } from '../../src/daemon/md5.js';
import type { CapturedFrame } from '../../src/replay/capture/capture.js';
import { Replay } from '../../src/replay/replay.js';
import type { HistoryEvent, Report } from '../../src/replay/report.js';
import type { TestSystem, twoSystems } from '../support/system-lab.js';

/** 2026-01-01. */
export const T0 = 1_767_225_600_000;

export interface Replayed extends Report {
  readonly history: readonly HistoryEvent[];
  /** Disagreements in short: `B/1 state bits`. */
  readonly wrong: readonly string[];
}

/** Captures at the first system's end of every link; links are told apart by their place. */
export class Recorder {
  readonly frames: CapturedFrame[] = [];

  constructor(lab: ReturnType<typeof twoSystems>, delay = 0) {
    this.#tap(lab, lab.a, 0);
    this.#tap(lab, lab.b, delay);
  }

  #tap({ clock, cables }: ReturnType<typeof twoSystems>, system: TestSystem, delay: number): void {
    const carry = system.onFrame;
    system.onFrame = (port, frame) => {
      const copy = frame.slice();
      const seen = () => {
        if (cables[port - 1]?.cut === true) return;
        this.add(clock.now(), copy, `eth${port}`);
      };
      if (delay === 0) seen();
      else clock.setTimeout(seen, delay);
      carry(port, frame);
    };
  }

  add(at: number, frame: Uint8Array, place = 'eth1'): void {
    this.frames.push({ at: T0 + at, packet: this.frames.length + 1, place, frame, missing: 0 });
  }

  replay(until?: number): Replayed {
    return replayed(this.frames, until);
  }
}

export function replayed(frames: readonly CapturedFrame[], until?: number): Replayed {
  const history: HistoryEvent[] = [];
  const engine = new Replay({ md5, history: (event) => history.push(event) });
  engine.begin(T0);
  for (const frame of frames) engine.frame(frame);
  const report = engine.finish(until === undefined ? undefined : T0 + until);
  return { ...report, history, wrong: report.disagreements.map(({ end, rule }) => `${end} ${rule}`) };
}
