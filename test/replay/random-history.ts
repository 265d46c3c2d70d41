/** Whatever may happen to two obedient systems on two links, as data; and the capture of it. */
import fc from 'fast-check';
import type { AggregatorSettings, PortSettings } from '../../src/aggregator/settings.js';
import { facts, setCable, type TestSystem, twoSystems } from '../support/system-lab.js';
import { Recorder, type Replayed } from './record.js';

type Side = 'a' | 'b';

type Step =
  | { readonly do: 'cable'; readonly link: number; readonly up: boolean }
  /** Of the frames to that end, behind the point of capture. */
  | { readonly do: 'lose'; readonly percent: number; readonly side: Side; readonly link: number }
  | { readonly do: 'set'; readonly side: Side; readonly settings: Partial<AggregatorSettings> }
  | { readonly do: 'set-port'; readonly side: Side; readonly link: number; readonly settings: Partial<PortSettings> }
  | { readonly do: 'add-again'; readonly side: Side; readonly link: number; readonly after: number };

export interface RandomHistory {
  readonly a: Partial<AggregatorSettings>;
  readonly b: Partial<AggregatorSettings>;
  /** Of the cables, in ms. */
  readonly delay: number;
  readonly steps: readonly (readonly [Step, pause: number])[];
  /** Which frames are lost. */
  readonly chance: number;
}

const settings: fc.Arbitrary<Partial<AggregatorSettings>> = fc.record(
  {
    lacp: fc.constantFrom('active', 'active', 'passive', 'off'),
    rate: fc.constantFrom('fast', 'slow'),
    mux: fc.constantFrom('independent', 'coupled'),
    key: fc.constantFrom(1, 2),
    systemPriority: fc.constantFrom(1, 40_000),
    maxLinks: fc.constantFrom(1, 8),
  },
  { requiredKeys: [] },
);
const portSettings: fc.Arbitrary<Partial<PortSettings>> = fc.record(
  {
    gate: fc.constantFrom('open', 'closed', 'collect-only'),
    aggregation: fc.boolean(),
    portPriority: fc.constantFrom(1, 9),
    key: fc.constantFrom(undefined, 5),
  },
  { requiredKeys: [] },
);
const [link, side] = [fc.constantFrom(1, 2), fc.constantFrom<Side>('a', 'b')];
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cable'), link, up: fc.boolean() }) },
  fc.record({ do: fc.constant('lose'), percent: fc.constantFrom(0, 5, 30, 100), side, link }),
  fc.record({ do: fc.constant('set'), side, settings }),
  fc.record({ do: fc.constant('set-port'), side, link, settings: portSettings }),
  fc.record({ do: fc.constant('add-again'), side, link, after: fc.integer({ min: 0, max: 5_000 }) }),
);
const pause = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 5_000 }),
  fc.integer({ min: 0, max: 120_000 }),
);

export const randomHistory: fc.Arbitrary<RandomHistory> = fc.record({
  a: settings,
  b: settings,
  delay: fc.integer({ min: 1, max: 50 }),
  steps: fc.array(fc.tuple(step, pause), { maxLength: 10 }),
  chance: fc.integer({ min: 1, max: 0x7fff_ffff }),
});

/** Lives it, captures it at the first system's ends of the links, and replays that. */
export function replayOf({ a, b, delay, steps, chance }: RandomHistory): Replayed {
  const lab = twoSystems(2, a, b, delay);
  const recorder = new Recorder(lab, delay);
  const random = generator(chance);
  const loss = { a: lossy(lab.a, random), b: lossy(lab.b, random) };
  lab.clock.advance(5_000);
  for (const [act, pause] of steps) {
    switch (act.do) {
      case 'cable':
        setCable(lab, act.link, act.up);
        break;
      case 'lose':
        loss[act.side].set(act.link, act.percent);
        break;
      case 'set':
        lab[act.side].set(act.settings);
        break;
      case 'set-port': {
        const { system } = lab[act.side];
        system.setPort(act.link, { ...lab[act.side].port(act.link).settings, ...act.settings });
        break;
      }
      case 'add-again': {
        const mac = act.side === 'a' ? {} : { mac: `02:00:00:00:01:0${act.link}` };
        let left = false;
        lab[act.side].system.removePort(act.link, () => {
          left = true;
        });
        lab.clock.advance(act.after);
        while (!left) lab.clock.advance(100);
        lab[act.side].addPort(facts(act.link, mac));
      }
    }
    lab.clock.advance(pause);
  }
  lab.clock.advance(40_000);
  return recorder.replay(lab.clock.now());
}

/** From here on, each frame that comes to a port is lost with the chance of that port. */
function lossy({ system }: TestSystem, random: () => number): Map<number, number> {
  const percent = new Map<number, number>();
  const receive = system.receive.bind(system);
  system.receive = (port, frame) => {
    if (100 * random() >= (percent.get(port) ?? 0)) receive(port, frame);
  };
  return percent;
}

/** Numbers from 0 to 1, the same for the same seed (xorshift32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
