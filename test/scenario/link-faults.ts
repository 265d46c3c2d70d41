/** Faults of links, settings and partners, each with the verdict that must name it. */
import { expect } from 'vitest';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { facts, joinedToItself, setCable, TestSystem } from '../support/system-lab.js';
import { after, FAST, pair, ports, type Row, stranger, tester } from './fault-injection.js';

export const LINK_FAULTS: readonly Row[] = [
  ['carrier lost', () => after(({ a }) => a.setLink(1, false)), { cause: 'no-carrier', side: 'link', since: 10_000 }],
  [
    'administratively down',
    () => after(({ a }) => a.link(1, { adminUp: false })),
    { cause: 'administratively-down', side: 'here', repair: 'ip link set eth1 up' },
  ],
  [
    'speed unknown with agg_wc=0',
    () => {
      const { clock, a } = pair(1, { agg_wc: false });
      a.link(1, { speed: undefined });
      clock.advance(5_000);
      return a;
    },
    { cause: 'not-admitted', side: 'here' },
  ],
  [
    'half duplex with agg_wc=0',
    () =>
      after(({ a }) => {
        a.set({ agg_wc: false });
        a.link(1, { duplex: 'half' });
      }),
    { cause: 'not-admitted' },
  ],
  [
    'nothing heard from the beginning',
    () => tester().advance(10_000).dut,
    { cause: 'nothing-heard', machine: 'Receive', side: 'partner', repair: expect.stringContaining('bridge') },
  ],
  [
    'both passive',
    () => {
      const { clock, a } = pair(1, { lacp: 'passive' }, { lacp: 'passive' });
      clock.advance(20_000);
      return a;
    },
    { cause: 'nobody-speaks', field: 'LACP_Activity', own: 'passive' },
  ],
  [
    'both made passive',
    () => {
      const { clock, a, b } = pair(1);
      clock.advance(10_000);
      b.set({ lacp: 'passive' });
      clock.advance(1_000);
      a.set({ lacp: 'passive' });
      clock.advance(20_000);
      return a;
    },
    { cause: 'nobody-speaks' },
  ],
  ['LACP switched off at the partner', () => after(({ b }) => b.set({ lacp: 'off' })), { cause: 'nothing-heard' }],
  ['LACP off here', () => after(({ a }) => a.set({ lacp: 'off' })), { cause: 'lacp-off', side: 'here' }],
  [
    'partner individual',
    () => after(({ b }) => ports({ aggregation: false }, b), 1),
    { cause: 'individual', field: 'Aggregation', own: 'aggregatable', other: 'individual', side: 'partner' },
  ],
  [
    'another key of this port',
    () => after(({ a }) => a.system.setPort(1, { ...a.port(1).settings, key: 0x300 })),
    { cause: 'other-key', field: 'Actor_Key', own: '0300', other: '0100', side: 'here' },
  ],
  [
    'the partner has another key on this link',
    () => stranger({ Key: 9 }, 3),
    { cause: 'other-key', field: 'Partner_Key', own: '0009', other: '0001', side: 'partner' },
    3,
  ],
  [
    'another partner',
    () => stranger({ System: '02:dd:00:00:00:00' }, 3),
    {
      cause: 'other-partner',
      field: 'Partner_System',
      own: '02:dd:00:00:00:00',
      other: '02:cc:00:00:00:00',
      side: 'link',
    },
    3,
  ],
  [
    'another system priority of the partner',
    () => stranger({ System_Priority: 77 }, 3),
    { cause: 'other-system-priority', own: '77' },
    3,
  ],
  [
    'another speed with agg_wc=0',
    () => {
      const { clock, a } = pair(2, { agg_wc: false });
      a.link(2, { speed: 100 });
      clock.advance(10_000);
      return a;
    },
    { cause: 'other-speed', field: 'speed', own: '100 Mbit/s', other: '1000 Mbit/s' },
    2,
  ],
  [
    'another device has our system identifier',
    () => {
      const { clock, a } = pair(1, { systemId: '02:ee:00:00:00:00' }, { systemId: '02:ee:00:00:00:00' });
      clock.advance(10_000);
      return a;
    },
    { cause: 'duplicate-system' },
  ],
  [
    'own LACPDUs come back',
    () => {
      const clock = new VirtualClock();
      const system = new TestSystem(clock, '02:aa:00:00:00:00', FAST);
      system.onFrame = (port, frame) => {
        const copy = frame.slice();
        clock.setTimeout(() => system.system.receive(port, copy), 1);
      };
      system.addPort(facts(1));
      clock.advance(10_000);
      return system;
    },
    { cause: 'reflected', side: 'link' },
  ],
  [
    'a cable between two own ports',
    () => {
      const { clock, system } = joinedToItself(FAST);
      clock.advance(10_000);
      return system;
    },
    { cause: 'loop', side: 'link' },
  ],
  [
    'a link that works one way: we hear, they do not',
    () => after(({ cables }) => Object.assign(cables[0] ?? {}, { oneWay: true })),
    { cause: 'one-way', side: 'link' },
  ],
  [
    'the partner has a wrong picture of our key',
    () => {
      const lab = tester();
      lab.bringUp();
      for (let n = 0; n < 5; n++) {
        lab.advance(1_000);
        lab
          .link()
          .keepAlive(0)
          .send({ partner: { Key: 99 } });
      }
      return lab.dut;
    },
    { cause: 'partner-wrong-about-us', field: 'Partner_Key', own: '256', other: '99', side: 'partner' },
  ],
  [
    'the partner is not in sync',
    () => after(({ b }) => ports({ gate: 'closed' }, b)),
    { cause: 'partner-not-in-sync', machine: 'Mux', side: 'partner' },
  ],
  [
    'the partner does not collect',
    () => {
      const lab = tester().bringUp();
      lab
        .link()
        .become({ State: { Collecting: false, Distributing: false } })
        .keepAlive(1_000);
      return lab.advance(3_000).dut;
    },
    { cause: 'partner-not-collecting', field: 'Partner_Oper_Port_State.Collecting' },
  ],
  [
    'standby by max-links',
    () =>
      after(({ a }) => {
        ports({ portPriority: 40_000 }, a);
        a.set({ maxLinks: 1 });
      }),
    { cause: 'standby' },
  ],
  [
    'the two seconds of wait_while_timer',
    () => {
      const { clock, a } = pair(1);
      clock.advance(1_000);
      return a;
    },
    { cause: 'wait-while', since: 0 },
  ],
  [
    'gate closed',
    () => after(({ a }) => ports({ gate: 'closed' }, a)),
    { cause: 'gate-closed', repair: 'vethcfg set eth1 gate=open' },
  ],
  ['gate half open', () => after(({ a }) => ports({ gate: 'collect-only' }, a)), { cause: 'gate-collect-only' }],
  [
    'nobody there, and fallback',
    () => tester({}, { fallback: 'one', fallbackDelay: 5 }).advance(20_000).dut,
    { cause: 'fallback' },
  ],
  [
    'a partner as set',
    () => tester({ port: { partnerState: 'ASCD' } }, { lacp: 'passive' }).advance(20_000).dut,
    { cause: 'partner-assumed' },
  ],
  [
    'a link that flaps, with damping',
    () =>
      after((lab) => {
        lab.a.set({ damping: { failures: 3, seconds: 60 } });
        for (let n = 0; n < 3; n++) {
          setCable(lab, 1, false);
          lab.clock.advance(500);
          setCable(lab, 1, true);
          lab.clock.advance(500);
        }
      }),
    { cause: 'damped', side: 'link' },
  ],
  [
    'a link that flaps, without damping',
    () =>
      after((lab) => {
        for (let n = 0; n < 3; n++) {
          setCable(lab, 1, false);
          lab.clock.advance(500);
          setCable(lab, 1, true);
          lab.clock.advance(500);
        }
      }),
    { cause: 'flapping', weight: 'remark' },
  ],
  [
    'up-delay',
    () =>
      after((lab) => {
        lab.a.set({ upDelay: 60_000 });
        setCable(lab, 1, false);
        lab.clock.advance(10);
        setCable(lab, 1, true);
      }),
    { cause: 'up-delay' },
  ],
  [
    'different rates',
    () => after(({ b }) => b.set({ rate: 'slow' })),
    { cause: 'timers-differ', own: 'short', other: 'long' },
  ],
  [
    'the partner falls silent',
    () => after(({ cables }) => Object.assign(cables[0] ?? {}, { cut: true }), 2, 4_000),
    { cause: 'partner-silent', since: 13_000 },
  ],
  [
    'frames that cannot be read',
    () =>
      after(({ a }) => a.system.receive(1, Uint8Array.from([1, 128, 194, 0, 0, 2, 2, 0, 0, 0, 1, 1, 0x88, 9, 1, 1]))),
    { cause: 'malformed', text: 'malformed frames: 1 lacpdu-too-short' },
  ],
  [
    'MTU of the port too small',
    () =>
      after(({ a }) => {
        a.set({ mtu: 9000 });
      }),
    { cause: 'mtu', own: '1500', other: '9000' },
  ],
];
