/** Faults of many kinds, injected into systems on a table. */
import type { AggregatorSettings, PortSettings } from '../../src/aggregator/settings.js';
import type { Cause, Verdict } from '../../src/aggregator/verdict.js';
import { type TestSystem, twoSystems } from '../support/system-lab.js';
import { Tester } from '../support/tester.js';

export const FAST = { rate: 'fast' } as const;
export const SHORT = { State: { LACP_Timeout: true } } as const;

export function pair(links: number, a: Partial<AggregatorSettings> = {}, b: Partial<AggregatorSettings> = {}) {
  return twoSystems(links, { ...FAST, ...a }, { ...FAST, ...b });
}

export function tester(
  options: ConstructorParameters<typeof Tester>[1] = {},
  settings: Partial<AggregatorSettings> = {},
) {
  return new Tester({ ...FAST, ...settings }, { actor: SHORT, ...options });
}

/** Two systems in use, then what `change` does, then ten seconds. */
export function after(change: (lab: ReturnType<typeof pair>) => void, links = 2, ms = 10_000) {
  const lab = pair(links);
  lab.clock.advance(10_000);
  change(lab);
  lab.clock.advance(ms);
  return lab.a;
}

/** Three links to partners, of which some say something else of themselves. */
export function stranger(
  some: NonNullable<ConstructorParameters<typeof Tester>[1]>['actor'],
  ...to: readonly number[]
) {
  const lab = tester({ links: 3 });
  for (const n of to) lab.link(n).become(some ?? {});
  lab.bringUp();
  return lab.dut;
}

export const ports = (settings: Partial<PortSettings>, system: TestSystem) =>
  system.system.setPort(1, { ...system.port(1).settings, ...settings });

export type Row = readonly [
  fault: string,
  inject: () => TestSystem,
  expected: Partial<Verdict> & { readonly cause: Cause },
  port?: number,
];
