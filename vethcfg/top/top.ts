/** `vethcfg top`: what vethd does, again and again; on a terminal with keys, elsewhere frame after frame as text. */
import { type Address, ask } from '../client.js';
import { WrongChoice } from '../conform-errors.js';
import { style } from '../style.js';
import type { World } from '../world.js';
import { frame, type View } from './frame.js';
import { clockTime, JournalTail } from './journal-tail.js';
import { live } from './live.js';
import { type Sample, topModel } from './model.js';
import { troubleOf } from './trouble.js';

export interface Top {
  readonly address: Address;
  /** This interface only. */
  readonly name: string | undefined;
  /** Seconds between two samples, as typed. */
  readonly interval: string | undefined;
  /** How many frames, as typed; undefined: until Ctrl-C. */
  readonly count: string | undefined;
  readonly batch: boolean;
  readonly json: boolean;
  readonly world: World;
}

/** Throws what `ask` throws where the first sample fails, and `WrongChoice`. */
export async function top({ address, name, interval, count, batch, json, world }: Top): Promise<void> {
  const intervalMs = 1_000 * number('--interval', interval ?? '1', 0.1, 3_600, 'seconds, 0.1 to 3600');
  const frames = count === undefined ? undefined : number('--count', count, 1, 1e9, 'a number of frames');
  const first = await sample(address, name);
  const journal = new JournalTail(address, name);
  const again = () => sample(address, name);
  try {
    if (world.screen === undefined || batch || json) {
      await plain(first, again, { journal, intervalMs, frames: frames ?? Number.POSITIVE_INFINITY, json, world });
    } else {
      await live(first, again, { journal, intervalMs, frames, world, screen: world.screen });
    }
  } finally {
    journal.stop();
  }
}

async function sample(address: Address, name: string | undefined): Promise<Sample> {
  const args = name === undefined ? {} : { name };
  const [show, why] = await Promise.all([ask(address, 'show', args), ask(address, 'why', args)]);
  return { at: performance.now(), show, why };
}

function number(flag: string, text: string, least: number, most: number, right: string): number {
  const value = Number(text);
  if (value >= least && value <= most) return value;
  throw new WrongChoice(`${flag} ${text}: say ${right}`);
}

interface Plain {
  readonly journal: JournalTail;
  readonly intervalMs: number;
  readonly frames: number;
  readonly json: boolean;
  readonly world: World;
}

/** Each frame after an interval, so that the first one has rates too. */
async function plain(first: Sample, again: () => Promise<Sample>, { journal, intervalMs, frames, json, world }: Plain) {
  let before = first;
  let model = topModel(undefined, first);
  let ended = false;
  let wake = () => {};
  const forget = world.onInterrupt(() => {
    ended = true;
    wake();
  });
  try {
    for (let n = 0; n < frames; n += 1) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, intervalMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (ended) break;
      const trouble = await again().then((now) => {
        model = topModel(before, now);
        before = now;
        return undefined;
      }, troubleOf);
      const time = new Date();
      if (json) {
        world.stdout(`${JSON.stringify({ time: time.toISOString(), ...(trouble && { trouble }), ...model })}\n`);
        continue;
      }
      const view: View = { time: clockTime(time), intervalMs, trouble, events: journal.lines, interactive: false };
      const columns = Number(world.environment.COLUMNS) || BATCH_COLUMNS;
      world.stdout(`${frame(model, view, { columns, rows: undefined }, style(world.coloured)).join('\n')}\n\n`);
    }
  } finally {
    forget();
  }
}

const BATCH_COLUMNS = 120;
