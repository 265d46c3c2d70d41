/** conformance D.3.4: recordPDU, update_Selected and update_NTT as a partner sees them. */
import { describe, expect, test } from 'vitest';
import type { PortState } from '../../src/lacp/variables.js';
import type { SomeInformation } from '../support/builders.js';
import { Tester } from '../support/tester.js';

const FAST = { rate: 'fast' } as const;
const IN_SYNC = { Synchronization: true, Collecting: true, Distributing: true };

/** One wrong field in what the tester says of the system under test. */
const WRONG: readonly (readonly [field: string, some: SomeInformation])[] = [
  ['port', { Port: 99 }],
  ['port priority', { Port_Priority: 99 }],
  ['system', { System: '02:99:00:00:00:00' }],
  ['system priority', { System_Priority: 99 }],
  ['key', { Key: 99 }],
  ['Aggregation', { State: { Aggregation: false } }],
];

/** A partner in CURRENT on an ATTACHED port, about to say that it is in sync. */
function attached(actor: SomeInformation = {}, settings = {}): Tester {
  const tester = new Tester({ ...FAST, ...settings }, { actor });
  tester.link().keepAlive(1_000);
  tester.advance(3_500);
  tester.link().keepAlive(0);
  return tester;
}

describe('recordPDU: when the partner is in sync', () => {
  test('the reference: all fields right, frames flow', () => {
    const tester = attached();
    tester.link().become({ State: IN_SYNC }).send();
    expect(tester.link().state).toMatchObject({ Collecting: true, Distributing: true });
  });

  test.each(WRONG.map(([field, partner], i) => [`M-0${i + 1}`, field, partner] as const))(
    '%s a wrong %s of ours: not in sync',
    (_, __, partner) => {
      const tester = attached();
      tester.link().become({ State: IN_SYNC }).send({ partner });
      tester.advance(1_000);
      expect(tester.link().state).toMatchObject({ Synchronization: true, Collecting: false, Distributing: false });
      expect(tester.link().last.pdu.partner.State.Synchronization).toBe(false);
      expect(tester.dut.forwarding.collecting).toEqual([]);
    },
  );

  test('M-07 Synchronization not set: not in sync', () => {
    const tester = attached();
    tester
      .link()
      .become({ State: { Collecting: true, Distributing: true } })
      .send();
    tester.advance(1_000);
    expect(tester.link().state).toMatchObject({ Synchronization: true, Collecting: false, Distributing: false });
  });

  test.each(WRONG)('M-08 an individual partner with a wrong %s of ours comes up, alone', (_, partner) => {
    const tester = attached({ State: { Aggregation: false } });
    tester.link().become({ State: IN_SYNC }).send({ partner });
    expect(tester.dut.forwarding).toEqual({ collecting: [1], distributing: [1], carrier: true });
    expect(tester.dut.port(1).notes).toContain('individual link: the partner does not aggregate it');
  });

  test('M-09 a passive partner that knows us active is in sync', () => {
    const tester = attached({ State: { LACP_Activity: false } });
    tester.link().become({ State: IN_SYNC }).send();
    expect(tester.link().state).toMatchObject({ Collecting: true, Distributing: true });
  });

  test.each([true, false])('M-10 both passive: never in sync, though the partner takes us for active: %s', (seen) => {
    const tester = new Tester({ ...FAST, lacp: 'passive' }, { actor: { State: { ...IN_SYNC, LACP_Activity: false } } });
    const { actor } = tester.dut.port(1);
    for (let second = 0; second < 6; second++) {
      tester.link().send({ partner: { ...actor, State: { Synchronization: true, LACP_Activity: seen } } });
      tester.advance(1_000);
    }
    expect(tester.dut.port(1)).toMatchObject({ receive: 'CURRENT', mux: 'ATTACHED' });
    expect(tester.dut.port(1).partner.State.Synchronization).toBe(false);
    expect(tester.dut.forwarding.collecting).toEqual([]);
  });

  test('M-11 a passive partner that takes us for passive is not in sync', () => {
    const tester = attached({ State: { LACP_Activity: false } });
    tester
      .link()
      .become({ State: IN_SYNC })
      .send({ partner: { State: { LACP_Activity: false } } });
    tester.advance(1_000);
    expect(tester.link().state).toMatchObject({ Synchronization: true, Collecting: false, Distributing: false });
  });
});

describe('update_Selected: what makes the port select anew', () => {
  const CHANGED: readonly (readonly [id: string, field: string, some: SomeInformation])[] = [
    ['S-01', 'port', { Port: 9 }],
    ['S-02', 'port priority', { Port_Priority: 9 }],
    ['S-03', 'system', { System: '02:dd:00:00:00:00' }],
    ['S-04', 'system priority', { System_Priority: 9 }],
    ['S-05', 'key', { Key: 9 }],
    ['S-06', 'Aggregation', { State: { Aggregation: false } }],
  ];

  test.each(CHANGED)('%s the %s of the partner changes: out at once, in again after 2 s', (_, __, some) => {
    const tester = new Tester(FAST).bringUp();
    const link = tester.link();
    link.become(some).keepAlive(0);
    link.send();
    const [told] = link.take();
    expect(told?.at).toBe(tester.clock.now());
    expect(told?.pdu.actor.State).toMatchObject({ Synchronization: false, Collecting: false, Distributing: false });
    expect(tester.dut.forwarding).toEqual({ collecting: [], distributing: [], carrier: false });
    link.keepAlive(500);
    tester.advance(1_999);
    expect(link.state.Synchronization).toBe(false);
    tester.advance(501);
    expect(link.take().find(({ pdu }) => pdu.actor.State.Synchronization)?.at).toBe((told?.at ?? 0) + 2_000);
    expect(link.state).toMatchObject({ Synchronization: true, Collecting: true, Distributing: true });
  });

  test.each<keyof PortState>(['LACP_Activity', 'LACP_Timeout', 'Collecting', 'Distributing', 'Defaulted', 'Expired'])(
    'S-07 %s alone changes: the selection is kept',
    (bit) => {
      const tester = new Tester(FAST).bringUp();
      const link = tester.link();
      link.become({ State: { [bit]: !link.actor.State[bit] } }).keepAlive(1_000);
      tester.advance(4_000);
      expect(link.take().every(({ pdu }) => pdu.actor.State.Synchronization)).toBe(true);
      expect(tester.dut.port(1).selected).toBe('SELECTED');
    },
  );
});

describe('update_NTT: when an answer is due', () => {
  /** A running link to a partner that wants an LACPDU in 30 s only, so that every other one is an answer. */
  function quiet(): Tester {
    const tester = new Tester(FAST, { actor: { State: { LACP_Timeout: false } } }).bringUp();
    tester.advance(2_000);
    tester.link().take();
    return tester;
  }

  const LISTED: readonly (readonly [id: string, field: string, some: SomeInformation])[] = [
    ...WRONG.slice(0, 5).map(([field, some], i) => [`N-0${i + 1}`, field, some] as const),
    ['N-06', 'LACP_Activity', { State: { LACP_Activity: false } }],
    ['N-07', 'LACP_Timeout', { State: { LACP_Timeout: false } }],
    ['N-08', 'Synchronization', { State: { Synchronization: false } }],
    ['N-09', 'Aggregation', { State: { Aggregation: false } }],
  ];

  test.each(LISTED)('%s a wrong view of our %s is answered at once', (_, __, partner) => {
    const tester = quiet();
    tester.link().send({ partner });
    expect(tester.link().takeTimes()).toEqual([tester.clock.now()]);
  });

  test.each<keyof PortState>(['Collecting', 'Distributing', 'Defaulted', 'Expired'])(
    'N-10 a wrong view of our %s is not answered',
    (bit) => {
      const tester = quiet();
      const link = tester.link();
      link.send({ partner: { State: { [bit]: !link.state[bit] } } });
      tester.advance(5_000);
      expect(link.take()).toEqual([]);
    },
  );

  test('a right view is not answered', () => {
    const tester = quiet();
    tester.link().send();
    tester.advance(5_000);
    expect(tester.link().take()).toEqual([]);
  });
});
