/** The picture of `vethcfg top`, from what vethd says to lines. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ShownPort, ToldVerdict } from '../../../src/daemon/messages.js';
import { style } from '../../../vethcfg/style.js';
import { frame, type View } from '../../../vethcfg/top/frame.js';
import { keysIn } from '../../../vethcfg/top/keys.js';
import { cut } from '../../../vethcfg/top/line.js';
import { type Sample, topModel } from '../../../vethcfg/top/model.js';
import { bitsPerSecond, perSecond } from '../../../vethcfg/top/units.js';
import { shownAggregator, shownPort, showResult } from '../../daemon/builders.js';

const silent: ToldVerdict = {
  cause: 'nothing-heard',
  text: 'no LACPDU was ever heard',
  weight: 'obstacle',
  machine: 'Receive',
  clause: 'x.4.12',
  forSeconds: 12,
  field: undefined,
  own: undefined,
  other: undefined,
  repair: 'switch LACP on',
  side: 'partner',
};

const eth0 = shownPort({ octetShare: 0.6 });
const eth1 = shownPort({
  name: 'eth1',
  number: 2,
  mux: 'WAITING',
  receive: 'DEFAULTED',
  distributing: false,
  share: undefined,
});

function sample(at: number, ports: readonly ShownPort[]): Sample {
  const told = { veth: 'veth0', port: 'eth1', inUse: false, receive: 'DEFAULTED', mux: 'WAITING' } as const;
  return {
    at,
    show: showResult([shownAggregator({ ports })]),
    why: { ports: [{ ...told, verdicts: [silent] }], process: [] },
  };
}

/** `eth0` after a second in which it received 1 Mbit and sent 2000 frames of 500 octets. */
const busy = shownPort({
  octetShare: 0.6,
  dataCounters: { ...eth0.dataCounters, rxBytes: 1_625_000, rxFrames: 1_100, txBytes: 2_200_000, txFrames: 2_900 },
});
const model = topModel(sample(1_000, [eth0, eth1]), sample(2_000, [busy, eth1]));
const view: View = {
  time: '12:34:56',
  intervalMs: 1_000,
  events: ['12:34:50 veth0 eth1 mux: DETACHED (Selected = SELECTED) -> WAITING'],
  interactive: false,
};
const drawn = (more: Partial<View>, columns = 120, rows?: number) =>
  frame(model, { ...view, ...more }, { columns, rows }, style(false));

test('states, rates, shares and verdicts, a line a port', () => {
  expect(drawn({})).toEqual([
    'vethcfg top  12:34:56, every 1 s, vethd 0.1.0, data path user',
    '',
    'veth0  carrier on, 1 of 2 distributing, in 1.00 Mbit/s, out 8.00 Mbit/s, partner 00:01:e6:16:87:80',
    '  Port  S MUX    RECV            in         out fr/s in fr/s out buckets traffic     LACPDUs',
    '  eth0  S DIST   CURRNT 1.00 Mbit/s 8.00 Mbit/s     100    2.00k    50 %    60 %       12/13',
    '  eth1  S WAIT   DEFLTD     0 bit/s     0 bit/s       0        0       -       -       12/13',
    '    nothing-heard: no LACPDU was ever heard',
    '',
    'last events',
    '12:34:50 veth0 eth1 mux: DETACHED (Selected = SELECTED) -> WAITING',
  ]);
});

test('a narrow screen keeps what matters most', () => {
  expect(drawn({}, 60)[3]).toBe('  Port  S MUX    RECV            in         out buckets');
});

test('rates are unknown at first, and after counters began anew', () => {
  expect(topModel(undefined, sample(0, [eth0])).interfaces[0]?.ports[0]?.in).toBeUndefined();
  const anew = topModel(sample(0, [busy]), sample(1_000, [eth0]));
  expect(anew.interfaces[0]).toMatchObject({ in: undefined, out: undefined });
});

test('the chosen port is marked and shown in full, with the repair', () => {
  const lines = drawn({ chosen: eth1, interactive: true }, 100, 40);
  expect(lines).toContainEqual(expect.stringMatching(/^> eth1 /));
  expect(lines).toContain('  why       nothing-heard: no LACPDU was ever heard');
  expect(lines).toContain('            repair: switch LACP on');
  expect(lines.at(-1)).toMatch(/^q quit/);
});

test('a vethd that is away is told above what was last known', () => {
  expect(drawn({ trouble: 'nobody listens' })[1]).toBe('no answer, trying again: nobody listens');
});

test('on any screen no line is too long, and the keys are in the last one', () => {
  const words = fc.string({ unit: 'binary', maxLength: 200 });
  const size = fc.record({ columns: fc.integer({ min: 60, max: 300 }), rows: fc.integer({ min: 4, max: 60 }) });
  fc.assert(
    fc.property(
      size,
      words,
      fc.array(words, { maxLength: 80 }),
      fc.boolean(),
      fc.boolean(),
      (screen, name, events, help, all) => {
        const odd = shownPort({ name, actor: { ...eth0.actor, System: name } });
        const some = topModel(sample(0, [odd]), sample(1_000, [odd, busy]));
        const lines = frame(
          some,
          { ...view, events, help, chosen: all ? odd : undefined, trouble: name, interactive: true },
          screen,
          style(false),
        );
        expect(lines.length).toBeLessThanOrEqual(screen.rows);
        for (const line of lines) expect([...line].length).toBeLessThanOrEqual(screen.columns);
        expect(lines.join('')).not.toMatch(/\p{Cc}/u);
        expect(lines.at(-1)).toMatch(/^q quit/);
      },
    ),
  );
});

test('colours do not count in the width', () => {
  const red = (text: string) => `<red>${text}</red>`;
  expect(cut(['ab', { text: 'cdef', paint: red }, 'gh'], 5)).toBe('ab<red>cd</red>…');
  expect(cut(['ab', { text: 'cdef', paint: red }], 6)).toBe('ab<red>cdef</red>');
});

describe('units', () => {
  test.each([
    [0, '0 bit/s'],
    [999, '999 bit/s'],
    [999.6, '1.00 kbit/s'],
    [12_340, '12.3 kbit/s'],
    [940_000_000, '940 Mbit/s'],
    [999_960_000, '1.00 Gbit/s'],
    [25e9, '25.0 Gbit/s'],
  ])('%d bit/s is %s', (bits, text) => expect(bitsPerSecond(bits)).toBe(text));

  test('no figure takes more than its column', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e17, noNaN: true }), (value) => {
        expect(bitsPerSecond(value).length).toBeLessThanOrEqual(11);
        expect(perSecond(value).length).toBeLessThanOrEqual(5);
      }),
    );
  });
});

test('keys, also several at once and ones that mean nothing', () => {
  expect(keysIn('q')).toEqual(['quit']);
  expect(keysIn('\u001b[B\u001b[Aj\t\u001b[Z')).toEqual(['next', 'previous', 'next', 'next', 'previous']);
  expect(keysIn('\u001b')).toEqual(['none']);
  expect(keysIn('\u001b[15~x?\u0003')).toEqual(['other', 'other', 'help', 'quit']);
});
