/** A whole run in virtual time: what is told while it goes on, and the report card. */
import { describe, expect, test } from 'vitest';
import type { DeviceControl } from '../../src/conformance/control.js';
import { CannotControl } from '../../src/conformance/control.js';
import { reportCard } from '../../src/conformance/report.js';
import { type Progress, runAll, SilentDevice } from '../../src/conformance/run.js';
import type { Wire } from '../../src/conformance/wire.js';
import { virtualDevice } from './virtual-device.js';

const NO_PROGRESS: Progress = { planned: () => {}, begins: () => {}, ends: () => {} };
/** Two links; `meddle` as in virtualDevice. */
const device = (...meddle: Parameters<typeof virtualDevice> extends [unknown, ...infer Rest] ? Rest : never) =>
  virtualDevice(2, ...meddle);

const verdicts = (report: Awaited<ReturnType<typeof runAll>>) =>
  Object.fromEntries(report.results.map(({ id, verdict }) => [id, verdict]));

describe('a stranger', () => {
  test('is described by what it says', async () => {
    const { device: seen, links } = await runAll(device().wire, {
      only: ['F-01'],
      control: undefined,
      progress: NO_PROGRESS,
    });
    expect(links).toEqual(['eth0', 'eth1']);
    expect(seen).toEqual({
      system: '02:aa:00:00:00:00',
      systemPriority: 32768,
      key: 0x0100,
      ports: [1, 2],
      settings: { lacp: 'active', rate: 'slow', mux: 'independent' },
    });
  });

  test('cases that need control, or other settings, are not applicable and say why', async () => {
    const only = ['R-04', 'R-05', 'R-12', 'P-05', 'X-03', 'X-11', 'Q'];
    const report = await runAll(device().wire, { only, control: undefined, progress: NO_PROGRESS });
    expect(report.totals).toEqual({ pass: 1, fail: 0, notApplicable: 11, notRun: 0 });
    expect(verdicts(report)).toMatchObject({
      'R-05': { kind: 'pass' },
      'R-04': { kind: 'not-applicable', why: 'needs a device with rate=fast' },
      'R-12': { kind: 'not-applicable', why: 'needs control of the device' },
      'P-05': { kind: 'not-applicable', why: 'needs a device with lacp=passive' },
      'X-03': { kind: 'not-applicable', why: 'needs a device with mux=coupled' },
      'X-11': { kind: 'not-applicable', why: 'needs a device with max-links=1' },
      'Q-01': { kind: 'not-applicable', why: 'shows in the status of the device, not on the wire' },
    });
  });

  test('that says nothing is no device: the message names the links', async () => {
    let received = 0;
    const mute = device((frame, direction, port) => {
      if (direction === 'received') received += 1;
      return direction === 'sent' && port === 2 ? [] : [frame];
    });
    const run = runAll(mute.wire, { only: undefined, control: undefined, progress: NO_PROGRESS });
    await expect(run).rejects.toThrow(SilentDevice);
    await expect(run).rejects.toThrow(/^eth1: no LACPDU from the device/);
    // Nothing goes on after that: else the command would never end.
    const until = received;
    await mute.wire.wait(5_000);
    expect(received).toBe(until);
  });
});

describe('a device under control', () => {
  test('a setting that it does not have matters only to the cases that ask for it', async () => {
    const { wire, control } = device();
    const limited: DeviceControl = {
      ...control,
      set: async (settings) => {
        if (settings.mux !== undefined || settings['max-links'] !== undefined)
          throw new CannotControl('no such setting');
        await control.set(settings);
      },
    };
    const only = ['P-05', 'P-02', 'X-03', 'X-11'];
    const report = await runAll(wire, { only, control: limited, progress: NO_PROGRESS });
    expect(verdicts(report)).toEqual({
      'P-02': { kind: 'pass' },
      'P-05': { kind: 'pass' },
      'X-03': { kind: 'not-applicable', why: 'no such setting' },
      'X-11': { kind: 'not-applicable', why: 'no such setting' },
    });
  });
});

describe('the report', () => {
  test('what is told while it goes on: the plan, each case with what is left, each verdict', async () => {
    const { wire, control } = device();
    const told: unknown[] = [];
    await runAll(wire, {
      only: ['F-01', 'X-01'],
      control,
      progress: {
        planned: ({ cases, seconds }) => told.push(['planned', cases, seconds]),
        begins: ({ index, case: { id }, seconds }) => told.push(['begins', index, id, seconds]),
        ends: ({ id, verdict }) => told.push(['ends', id, verdict.kind]),
      },
    });
    expect(told).toEqual([
      ['planned', 2, 5],
      ['begins', 0, 'F-01', 5],
      ['ends', 'F-01', 'pass'],
      ['begins', 1, 'X-01', 3],
      ['ends', 'X-01', 'pass'],
    ]);
  });

  test('as text: groups, clauses, what was expected and what was seen', async () => {
    const { wire, control } = device((frame, direction) => {
      const copy = frame.slice();
      if (direction === 'sent') copy[15] = 7;
      return [copy];
    });
    const report = await runAll(wire, { only: ['F-01', 'F-04', 'C-01'], control, progress: NO_PROGRESS });
    expect(reportCard(report)).toBe(`\
device   system 02:aa:00:00:00:00 priority 32768, key 0100, ports 1 2
links    eth0 eth1
seen as  lacp=active rate=fast mux=independent

F  frame format
F-01  pass  Destination and type (57A.3)
F-04  FAIL  Subtype and version (x.4.2.2)
            expected: subtype 1, version 1 (2 for a device of 802.1AX-2014)
            seen:     subtype 1, version 7

C  churn
C-01  n.a.  Actor churn
            shows in the status of the device, not on the wire

1 passed, 1 failed, 1 not applicable
`);
  });

  test('ended early: what was done, and how many cases were not run', async () => {
    const { wire, control } = device();
    const end = new AbortController();
    const interruptible: Wire = {
      ...wire,
      wait: async (ms) => {
        end.signal.throwIfAborted();
        await wire.wait(ms);
      },
    };
    const progress: Progress = { ...NO_PROGRESS, ends: ({ id }) => id === 'F-02' && end.abort() };
    const report = await runAll(interruptible, { only: ['F'], control, progress, signal: end.signal });
    expect(report.results.map(({ id }) => id)).toEqual(['F-01', 'F-02']);
    expect(report.totals).toEqual({ pass: 2, fail: 0, notApplicable: 0, notRun: 9 });
    expect(reportCard(report)).toMatch(/\n2 passed, 0 failed, 0 not applicable, 9 not run\n$/);
  });
});
