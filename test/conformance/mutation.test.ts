/**
 * The test of the tests: an engine that is wrong on purpose fails the cases that are about it, and passes those next to
 * them; every case is failed by one such engine at least.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CASES } from '../../src/conformance/catalogue.js';
import { runCase } from '../../src/conformance/runner.js';
import type { Verdict } from '../../src/conformance/verdict.js';
import { replaced } from './mutable.js';
import type { Engine, Mutation } from './mutation.js';
import { frameMutations } from './mutations-frames.js';
import { muxMutations } from './mutations-mux.js';
import { receiveMutations } from './mutations-receive.js';
import { transmitMutations } from './mutations-transmit.js';
import { virtualDevice } from './virtual-device.js';

const { machine, mutable } = vi.hoisted(() => ({
  machine: { current: undefined as unknown },
  mutable: async <Module extends object>(original: () => Promise<Module>): Promise<Module> =>
    (await import('./mutable.js')).mutable(await original()),
}));
vi.mock(import('../../src/lacp/functions.js'), mutable);
vi.mock(import('../../src/lacp/marker-budget.js'), mutable);
vi.mock(import('../../src/aggregator/selection.js'), mutable);
vi.mock(import('../../src/aggregator/lag-id.js'), mutable);
vi.mock(import('../../src/aggregator/port.machine.js'), async (original) => {
  const { portMachine } = await original();
  return {
    get portMachine() {
      return (machine.current ?? portMachine) as typeof portMachine;
    },
  };
});

afterEach(() => {
  for (const name of Object.keys(replaced)) delete replaced[name];
  machine.current = undefined;
});

const MUTATIONS = [...frameMutations, ...receiveMutations, ...transmitMutations, ...muxMutations];

async function rightEngine(): Promise<Engine> {
  return {
    ...(await vi.importActual<typeof import('../../src/lacp/functions.js')>('../../src/lacp/functions.js')),
    ...(await vi.importActual<typeof import('../../src/lacp/marker-budget.js')>('../../src/lacp/marker-budget.js')),
    ...(await vi.importActual<typeof import('../../src/aggregator/selection.js')>('../../src/aggregator/selection.js')),
    ...(await vi.importActual<typeof import('../../src/aggregator/lag-id.js')>('../../src/aggregator/lag-id.js')),
  };
}

/** The verdict of a case about an engine with the mutation. */
async function verdictOn(mutation: Mutation, id: string): Promise<Verdict> {
  const conformanceCase = CASES.find((each) => each.id === id);
  if (conformanceCase === undefined) throw new Error(`no case ${id}`);
  const { portMachine } = await import('../../src/aggregator/port.machine.js');
  if (mutation.machine !== undefined) machine.current = portMachine.provide(mutation.machine);
  Object.assign(replaced, mutation.engine?.(await rightEngine()));
  const { tester, control } = virtualDevice(mutation.links ?? conformanceCase.links ?? 1, mutation.frames?.());
  return runCase(conformanceCase, tester, { control, known: {} });
}

describe.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))('%s', (_, mutation) => {
  test.each(mutation.fails)('fails %s', async (id) => {
    expect(await verdictOn(mutation, id)).toMatchObject({ kind: 'fail' });
  });

  test.each(mutation.passes)('passes %s', async (id) => {
    expect(await verdictOn(mutation, id)).toEqual({ kind: 'pass' });
  });
});

test('every case is failed by one of them at least', () => {
  const failed = new Set(MUTATIONS.flatMap(({ fails }) => fails));
  expect(CASES.map(({ id }) => id).filter((id) => !failed.has(id))).toEqual([]);
});
