/**
 * The shortcuts of port.ts against the machines: whatever happens to a port, both ways must leave the same variables,
 * states and timers, and must have sent the same LACPDUs at the same times.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Port } from '../../src/aggregator/port.js';
import type { Lacpdu } from '../../src/lacp/lacpdu.pdu.js';
import type { PortStimulus } from '../../src/lacp/port-setup.js';
import type { ActorConversations, PortState } from '../../src/lacp/variables.js';
import { lacpdu } from '../support/builders.js';
import { portConfiguration } from '../support/port-lab.js';

class Twin {
  readonly sent: { at: number; pdu: Lacpdu }[] = [];
  now = 0;
  readonly port: Port;

  constructor(shortcuts: boolean) {
    const effects = { transmit: (pdu: Lacpdu) => this.sent.push({ at: this.now, pdu }), transition: () => {} };
    this.port = new Port({ configuration: portConfiguration(), port_enabled: true, now: 0 }, effects, shortcuts);
  }

  send(stimulus: PortStimulus): void {
    this.port.send(stimulus, this.now);
    this.port.transmitIfDue(this.now);
  }

  advance(ms: number): void {
    const end = this.now + ms;
    for (let next = this.port.nextDeadline; next !== undefined && next <= end; next = this.port.nextDeadline) {
      this.now = Math.max(this.now, next);
      this.port.expireTimers(this.now);
      this.port.transmitIfDue(this.now);
    }
    this.now = end;
  }

  get all() {
    return { states: this.port.states, variables: this.port.variables, sent: this.sent };
  }
}

type Step = (twin: Twin) => void;

/** What a partner says who sees this port as it is, with some bits or fields changed. */
const heard =
  (State: Partial<PortState>, Key: number, wrong: boolean): Step =>
  (twin) => {
    const partner = twin.port.variables.Actor_Oper;
    twin.send({ type: 'LACPDU', pdu: lacpdu({ actor: { Key, State }, partner: wrong ? { Key: 77 } : partner }) });
  };

/** The same partner, in version 2: with or without its mask, in which it may or may not agree with ours. */
const heardVersion2 =
  (mask: 'none' | 'same' | 'other', ActPar_Sync: boolean, linkNumber: number): Step =>
  (twin) => {
    const { Actor_Oper, Actor_Conversations } = twin.port.variables;
    const ours = Actor_Conversations?.mask ?? conversations(1).mask;
    const said = { ActPar_Sync, PSI: false, DWC: false, mask: mask === 'same' ? ours : 'ff' };
    const linkList = { linkNumber, digest: 'ab'.repeat(16) };
    const pdu = lacpdu({ version: 2, partner: Actor_Oper, actor: { Key: 1 } });
    const tlvs = { portAlgorithm: '02766503', linkList, ...(mask !== 'none' && { mask: said }) };
    twin.send({ type: 'LACPDU', pdu: { ...pdu, conversations: tlvs } });
  };

const conversations = (linkNumber: number): ActorConversations => ({
  portAlgorithm: '02766503',
  linkListDigest: 'ab'.repeat(16),
  linkNumber,
  mask: `0${linkNumber}`, // as good as one of 512 octets: the machines compare it, no more
  DWC: false,
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.integer({ min: 1, max: 4_000 }).map(
      (ms): Step =>
        (twin) =>
          twin.advance(ms),
    ),
  },
  { weight: 6, arbitrary: fc.constant(heard({}, 1, false)) },
  {
    weight: 3,
    arbitrary: fc
      .record({
        State: fc.record(
          {
            Synchronization: fc.boolean(),
            Collecting: fc.boolean(),
            LACP_Timeout: fc.boolean(),
            LACP_Activity: fc.boolean(),
          },
          { requiredKeys: [] },
        ),
        Key: fc.integer({ min: 1, max: 2 }),
        wrong: fc.boolean(),
      })
      .map(({ State, Key, wrong }) => heard(State, Key, wrong)),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom('SELECTED' as const, 'STANDBY' as const, 'UNSELECTED' as const).map(
      (selected): Step =>
        (twin) =>
          twin.send({ type: 'SELECT', selected }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom('none' as const, 'same' as const, 'other' as const),
        fc.boolean(),
        fc.integer({ max: 2, min: 1 }),
      )
      .map(([mask, sync, link]) => heardVersion2(mask, sync, link)),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(undefined, conversations(1), conversations(2)).map(
      (actor): Step =>
        (twin) =>
          twin.send({ type: 'CONVERSATIONS', actor }),
    ),
  },
  { weight: 3, arbitrary: fc.constant<Step>((twin) => twin.send({ type: 'READY' })) },
  {
    weight: 1,
    arbitrary: fc.boolean().map(
      (port_enabled): Step =>
        (twin) =>
          twin.send({ type: 'LINK', port_enabled }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map(
      (LACP_Timeout): Step =>
        (twin) =>
          twin.send({ type: 'CONFIGURE', configuration: portConfiguration({ Actor: { LACP_Timeout } }) }),
    ),
  },
);

test('the shortcuts and the machines do the same, over any sequence of events', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      const quick = new Twin(true);
      const full = new Twin(false);
      for (const act of steps) {
        act(quick);
        act(full);
        expect(quick.all).toEqual(full.all);
      }
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('a port in sync takes the shortcuts: a quiet minute moves no machine', () => {
  const quick = new Twin(true);
  const quiet: Step[] = [heard({}, 1, false), (twin) => twin.send({ type: 'SELECT', selected: 'SELECTED' })];
  for (const act of quiet) act(quick);
  quick.advance(2_000);
  quick.send({ type: 'READY' });
  heard({}, 1, false)(quick);
  const before = quick.port.variables;
  for (let second = 0; second < 60; second++) {
    quick.advance(1_000);
    heard({}, 1, false)(quick);
  }
  expect(quick.port.states.mux).toBe('DISTRIBUTING');
  expect(quick.port.variables).toBe(before);
  expect(quick.sent.length).toBeGreaterThanOrEqual(60);
});

test('so does a port of version 2 whose partner agrees', () => {
  const quick = new Twin(true);
  quick.send({ type: 'CONVERSATIONS', actor: conversations(1) });
  heardVersion2('same', true, 1)(quick);
  quick.advance(10_000);
  heardVersion2('same', true, 1)(quick);
  quick.advance(500);
  const before = quick.port.variables;
  for (let second = 0; second < 30; second++) {
    heardVersion2('none', true, 1)(quick);
    quick.advance(1_000);
  }
  expect(quick.port.variables).toBe(before);
  expect(quick.sent.at(-1)?.pdu).toMatchObject({ version: 2, conversations: { linkList: { linkNumber: 1 } } });
});
