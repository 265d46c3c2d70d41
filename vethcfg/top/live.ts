/** `vethcfg top` on a terminal: drawn anew after each sample, each key and each change of size. */
import type { ShownPort } from '../../src/daemon/messages.js';
import { style } from '../style.js';
import type { World } from '../world.js';
import { frame } from './frame.js';
import { clockTime, type JournalTail } from './journal-tail.js';
import { type Key, keysIn } from './keys.js';
import { type Sample, topModel } from './model.js';
import type { Screen } from './screen.js';
import { troubleOf } from './trouble.js';

export interface Live {
  readonly journal: JournalTail;
  readonly intervalMs: number;
  /** So many samples; undefined: until a key ends it. */
  readonly frames: number | undefined;
  readonly world: World;
  readonly screen: Screen;
}

/** Resolves when the user has had enough. The terminal is then as it was. */
export async function live(first: Sample, again: () => Promise<Sample>, options: Live): Promise<void> {
  const { journal, intervalMs, frames = Number.POSITIVE_INFINITY, world, screen } = options;
  const paint = style(world.coloured);
  let now = first;
  let model = topModel(undefined, first);
  let time = new Date();
  let trouble: string | undefined;
  let chosen: string | undefined;
  let paused = false;
  let help = false;
  let ended = false;
  let wake = () => {};

  const ports = (): readonly ShownPort[] => now.show.aggregators.flatMap((aggregator) => aggregator.ports);
  const draw = () => {
    const port = ports().find((each) => nameOf(each) === chosen);
    const view = { time: clockTime(time), intervalMs, chosen: port, paused, help, trouble };
    open.draw(frame(model, { ...view, events: journal.lines, interactive: true }, screen.size(), paint));
  };
  const end = () => {
    ended = true;
    wake();
  };
  const press = (key: Key) => {
    if (key === 'quit') end();
    else if (key === 'suspend') open.suspend();
    else if (help) help = false;
    else if (key === 'help') help = true;
    else if (key === 'pause') paused = !paused;
    else if (key === 'none') chosen = undefined;
    else if (key === 'next' || key === 'previous') chosen = neighbour(ports().map(nameOf), chosen, key);
  };

  const forget = world.onInterrupt(end);
  const open = screen.open({
    typed: (text) => {
      for (const key of keysIn(text)) press(key);
      if (!ended) draw();
    },
    resized: draw,
    closed: end,
  });
  try {
    for (let n = 0; n < frames; n += 1) {
      draw();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, intervalMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (ended) break;
      if (paused) continue;
      trouble = await again().then((sample) => {
        model = topModel(now, sample);
        now = sample;
        return undefined;
      }, troubleOf);
      time = new Date();
    }
  } finally {
    open.close();
    forget();
  }
}

const nameOf = ({ aggregator, name }: ShownPort): string => `${aggregator} ${name}`;

/** Round and round. */
function neighbour(names: readonly string[], chosen: string | undefined, way: 'next' | 'previous'): string | undefined {
  const at = chosen === undefined ? -1 : names.indexOf(chosen);
  if (at < 0) return way === 'next' ? names[0] : names.at(-1);
  return names[(at + (way === 'next' ? 1 : names.length - 1)) % names.length];
}
