/** Random walks of two systems on three cables: what may happen, and how it is made to. */
import fc from 'fast-check';
import { PRIMARY_RESELECTS } from '../../src/aggregator/backup-order.js';
import { MODES } from '../../src/aggregator/mode.js';
import type { AggregatorSettings } from '../../src/aggregator/settings.js';
import { DEFAULT_PORT, type PortSettings } from '../../src/aggregator/settings.js';
import type { twoSystems } from './system-lab.js';

export const LINKS = [1, 2, 3];

export type Lab = ReturnType<typeof twoSystems>;
export type Step =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'cut' | 'mend' | 'one-way'; readonly link: number }
  | { readonly kind: 'link'; readonly end: 0 | 1; readonly link: number; readonly up: boolean }
  | { readonly kind: 'set'; readonly end: 0 | 1; readonly settings: Partial<AggregatorSettings> }
  | { readonly kind: 'gate'; readonly end: 0 | 1; readonly link: number; readonly value: PortSettings['gate'] }
  | { readonly kind: 'priority'; readonly end: 0 | 1; readonly link: number; readonly value: number };

const end = fc.constantFrom<0 | 1>(0, 1);
const link = fc.constantFrom(...LINKS);
const wait = fc.record({
  kind: fc.constant('wait' as const),
  ms: fc.oneof(fc.nat(50), fc.nat(1_200), fc.nat(8_000)),
});
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: wait },
  fc.record({ kind: fc.constantFrom('cut' as const, 'mend' as const, 'one-way' as const), link }),
  fc.record({ kind: fc.constant('link' as const), end, link, up: fc.boolean() }),
  fc.record({
    kind: fc.constant('set' as const),
    end,
    settings: fc.record(
      {
        mode: fc.constantFrom(...MODES),
        primary: fc.constantFrom(undefined, 'eth2'),
        primaryReselect: fc.constantFrom(...PRIMARY_RESELECTS),
        rate: fc.constantFrom('fast' as const, 'slow' as const),
        lacp: fc.constantFrom('active' as const, 'passive' as const, 'off' as const),
        mux: fc.constantFrom('independent' as const, 'coupled' as const),
        key: fc.constantFrom(0x100, 0x200),
        systemPriority: fc.constantFrom(1, 32_768),
        maxLinks: fc.integer({ min: 1, max: 3 }),
        minLinks: fc.integer({ min: 1, max: 3 }),
        agg_wc: fc.boolean(),
        fallback: fc.constantFrom('none' as const, 'one' as const, 'all' as const),
        fallbackDelay: fc.constantFrom(0, 2),
        upDelay: fc.constantFrom(0, 700),
        downDelay: fc.constantFrom(0, 300),
        damping: fc.constantFrom(undefined, { failures: 2, seconds: 4 }),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    kind: fc.constant('gate' as const),
    end,
    link,
    value: fc.constantFrom('open' as const, 'collect-only' as const, 'closed' as const),
  }),
  fc.record({ kind: fc.constant('priority' as const), end, link, value: fc.constantFrom(1, 32_768) }),
);

/** What a step of `step` has not: bad cables, and programs that end and begin. A crash outlasts no time-out. */
export type Trouble =
  | { readonly kind: 'bad'; readonly link: number; readonly loss: number; readonly duplicate: number }
  | { readonly kind: 'crash' | 'restart'; readonly end: 0 | 1; readonly ms: number };
export const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.record({
    kind: fc.constant('bad' as const),
    link,
    loss: fc.constantFrom(0, 0.2, 0.7),
    duplicate: fc.constantFrom(0, 0.3),
  }),
  fc.record({ kind: fc.constantFrom('crash' as const, 'restart' as const), end, ms: fc.nat(4_000) }),
);

export function troubled(lab: Lab, event: Step | Trouble): void {
  switch (event.kind) {
    case 'bad': {
      const { loss, duplicate } = event;
      Object.assign(lab.cables[event.link - 1]?.inner.qualities ?? {}, { loss, duplicate });
      break;
    }
    case 'crash':
    case 'restart': {
      const { host } = event.end === 0 ? lab.a : lab.b;
      host.crash({ sockets: event.kind === 'restart' });
      lab.clock.advance(event.ms);
      host.resume();
      break;
    }
    default:
      happen(lab, event);
  }
}

export function happen(lab: Lab, event: Step): void {
  const systems = [lab.a, lab.b] as const;
  switch (event.kind) {
    case 'wait':
      lab.clock.advance(event.ms);
      break;
    case 'cut':
    case 'mend':
    case 'one-way': {
      const cable = lab.cables[event.link - 1];
      if (cable === undefined) break;
      cable.cut = event.kind === 'cut';
      cable.oneWay = event.kind === 'one-way';
      break;
    }
    case 'link':
      systems[event.end].setLink(event.link, event.up);
      break;
    case 'set':
      systems[event.end].set(event.settings);
      break;
    case 'gate':
      systems[event.end].system.setPort(event.link, { ...DEFAULT_PORT, gate: event.value });
      break;
    case 'priority':
      systems[event.end].system.setPort(event.link, { ...DEFAULT_PORT, portPriority: event.value });
      break;
  }
}

/** Back to what must come up: all cables whole, all links up, both ends active with the default settings. */
export function repair(lab: Lab): void {
  for (const cable of lab.cables) {
    Object.assign(cable, { cut: false, oneWay: false });
    Object.assign(cable.inner.qualities, { loss: 0, duplicate: 0 });
  }
  for (const system of [lab.a, lab.b]) {
    system.set({ rate: 'fast' });
    for (const n of LINKS) {
      system.setLink(n, true);
      system.system.setPort(n, DEFAULT_PORT);
    }
  }
}
