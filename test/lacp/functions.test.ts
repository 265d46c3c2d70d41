import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  configure,
  currentWhileTime,
  extendCurrentWhile,
  periodicDisabled,
  recordDefault,
  recordPDU,
  recordTransmission,
  samePort,
  transmitAllowedAt,
  update_Default_Selected,
  update_NTT,
  update_Selected,
  withState,
} from '../../src/lacp/functions.js';
import type { Lacpdu } from '../../src/lacp/lacpdu.pdu.js';
import { beginVariables, type PortState, type PortVariables } from '../../src/lacp/variables.js';
import { anyLacpdu, lacpdu, type SomeInformation } from '../support/builders.js';
import { portConfiguration } from '../support/port-lab.js';

/** A port whose operational values are what `lacpdu()` says of its partner. */
function variables(state: Partial<PortState> = {}, some: Partial<PortVariables> = {}): PortVariables {
  const v = beginVariables(portConfiguration(), true);
  const { partner } = lacpdu();
  return { ...v, Selected: 'SELECTED', Actor_Oper: withState(partner, state), ...some };
}

/** A port that knows the actor of `lacpdu()` already. */
const acquainted = (): PortVariables => variables({}, { Partner_Oper: lacpdu().actor });

/** One field of an end of the link at another value than the builders' default. */
const OTHER: readonly (readonly [field: string, some: SomeInformation])[] = [
  ['Port', { Port: 2 }],
  ['Port_Priority', { Port_Priority: 1 }],
  ['System', { System: '02:00:00:00:00:77' }],
  ['System_Priority', { System_Priority: 1 }],
  ['Key', { Key: 2 }],
  ['Aggregation', { State: { Aggregation: false } }],
];

const inSync = (pdu: Lacpdu, v = variables()) => recordPDU(v, pdu).Partner_Oper?.State.Synchronization;

describe('recordPDU', () => {
  test('takes the actor of the LACPDU as the partner and ends Defaulted', () => {
    const { actor } = lacpdu({ actor: { Key: 7, Port: 9 } });
    const v = variables({ Defaulted: true });
    expect(recordPDU(v, lacpdu({ actor: { Key: 7, Port: 9 } }))).toEqual({
      Partner_Oper: actor,
      Actor_Oper: withState(v.Actor_Oper, { Defaulted: false }),
    });
  });

  test('is in sync when all is right', () => expect(inSync(lacpdu())).toBe(true));

  test.each(OTHER.map(([field, partner], i) => [`M-0${i + 1}`, field, partner] as const))(
    '%s a wrong view of our %s: not in sync',
    (_, __, partner) => expect(inSync(lacpdu({ partner }))).toBe(false),
  );

  test('M-07 the partner says that it is not in sync', () =>
    expect(inSync(lacpdu({ actor: { State: { Synchronization: false } } }))).toBe(false));

  test.each(OTHER)('M-08 an individual link matches whatever it says of our %s', (_, partner) =>
    expect(inSync(lacpdu({ actor: { State: { Aggregation: false } }, partner }))).toBe(true),
  );

  test.each<[id: string, activity: [partner: boolean, ours: boolean, oursAsSeen: boolean], expected: boolean]>([
    ['active partner', [true, true, true], true],
    ['active partner, we are passive', [true, false, false], true],
    ['active partner that takes us for passive', [true, true, false], true],
    ['M-09 passive partner that knows us active', [false, true, true], true],
    ['M-10 both passive', [false, false, false], false],
    ['M-10 both passive, the partner takes us for active', [false, false, true], false],
    ['M-11 passive partner that takes us for passive', [false, true, false], false],
  ])('actively maintained: %s', (_, [partner, ours, seen], expected) => {
    const pdu = lacpdu({ actor: { State: { LACP_Activity: partner } }, partner: { State: { LACP_Activity: seen } } });
    expect(inSync(pdu, variables({ LACP_Activity: ours }))).toBe(expected);
  });

  test('Collecting, Distributing, Defaulted, Expired and timeouts do not count', () => {
    const volatile = { Collecting: false, Distributing: false, Defaulted: true, Expired: true, LACP_Timeout: false };
    expect(inSync(lacpdu({ actor: { State: volatile }, partner: { State: volatile } }))).toBe(true);
  });

  test('whatever comes: the partner is what was said, but for Synchronization, which is never made up', () => {
    fc.assert(
      fc.property(anyLacpdu, (pdu) => {
        const { Partner_Oper } = recordPDU(variables(), pdu);
        const Synchronization = Partner_Oper?.State.Synchronization ?? false;
        expect(Partner_Oper).toEqual(withState(pdu.actor, { Synchronization }));
        expect(Synchronization && !pdu.actor.State.Synchronization).toBe(false);
      }),
    );
  });
});

describe('recordDefault', () => {
  test('takes Partner_Admin and is Defaulted', () => {
    const Partner_Admin = lacpdu({ actor: { Key: 5 } }).actor;
    const v = { ...acquainted(), Partner_Admin };
    expect(recordDefault(v)).toEqual({
      Partner_Oper: Partner_Admin,
      Actor_Oper: withState(v.Actor_Oper, { Defaulted: true }),
      // Nothing is left of a partner that spoke version 2.
      Partner_LACPDU_Version: 1,
      Partner_Conversations: undefined,
    });
  });
});

describe('update_Selected', () => {
  test('keeps the selection while the partner is the same', () =>
    expect(update_Selected(acquainted(), lacpdu())).toEqual({}));

  test.each(OTHER.map(([field, actor], i) => [`S-0${i + 1}`, field, actor] as const))(
    '%s another %s of the partner unselects',
    (_, __, actor) => expect(update_Selected(acquainted(), lacpdu({ actor }))).toEqual({ Selected: 'UNSELECTED' }),
  );

  test.each<keyof PortState>([
    'LACP_Activity',
    'LACP_Timeout',
    'Synchronization',
    'Collecting',
    'Distributing',
    'Defaulted',
    'Expired',
  ])('S-07 a change of %s alone keeps the selection', (bit) => {
    const State = { [bit]: !lacpdu().actor.State[bit] };
    expect(update_Selected(acquainted(), lacpdu({ actor: { State } }))).toEqual({});
  });
});

describe('update_Default_Selected', () => {
  test.each(OTHER)('another %s than Partner_Admin unselects', (_, some) => {
    const v = { ...acquainted(), Partner_Admin: lacpdu({ actor: some }).actor };
    expect(update_Default_Selected(v)).toEqual({ Selected: 'UNSELECTED' });
  });

  test('the same partner keeps the selection, whatever its volatile state', () => {
    const Partner_Admin = lacpdu({ actor: { State: { Synchronization: false, Expired: true } } }).actor;
    expect(update_Default_Selected({ ...acquainted(), Partner_Admin })).toEqual({});
  });
});

describe('update_NTT', () => {
  const COUNTS: readonly (keyof PortState)[] = ['LACP_Activity', 'LACP_Timeout', 'Synchronization'];
  const DOES_NOT: readonly (keyof PortState)[] = ['Collecting', 'Distributing', 'Defaulted', 'Expired'];

  test('the partner sees us rightly: nothing to send', () => expect(update_NTT(variables(), lacpdu())).toEqual({}));

  test.each(OTHER)('a wrong view of our %s', (_, partner) =>
    expect(update_NTT(variables(), lacpdu({ partner }))).toEqual({ NTT: true }),
  );

  test.each(COUNTS)('a wrong view of our %s bit', (bit) =>
    expect(update_NTT(variables({ [bit]: false }), lacpdu())).toEqual({ NTT: true }),
  );

  test.each(DOES_NOT)('N-10 a wrong view of our %s does not count', (bit) =>
    expect(update_NTT(variables({ [bit]: !lacpdu().partner.State[bit] }), lacpdu())).toEqual({}),
  );

  test('no NTT exactly when the listed fields are echoed, whatever else differs', () => {
    const v = variables();
    const listed = ({ System, System_Priority, Key, Port, Port_Priority, State }: Lacpdu['partner']) =>
      JSON.stringify([
        System,
        System_Priority,
        Key,
        Port,
        Port_Priority,
        State.Aggregation,
        COUNTS.map((b) => State[b]),
      ]);
    // Half of the LACPDUs describe us nearly rightly; a random one never would.
    const near = fc
      .tuple(anyLacpdu, fc.constantFrom(...OTHER.map(([, some]) => some), {}))
      .map(([pdu, some]) => ({ ...pdu, partner: lacpdu({ partner: { ...some, State: pdu.actor.State } }).partner }));
    fc.assert(
      fc.property(fc.oneof(anyLacpdu, near), (pdu) => {
        const silent = Object.keys(update_NTT(v, pdu)).length === 0;
        expect(silent).toBe(listed(pdu.partner) === listed(v.Actor_Oper));
      }),
      { numRuns: 500 },
    );
  });
});

describe('samePort', () => {
  test('is symmetric and reflexive', () => {
    fc.assert(
      fc.property(anyLacpdu, ({ actor, partner }) => {
        expect(samePort(actor, partner)).toBe(samePort(partner, actor));
        expect(samePort(actor, withState(actor, { Synchronization: false, Expired: true }))).toBe(true);
      }),
    );
  });
});

describe('periodicDisabled', () => {
  test.each<[title: string, v: Partial<PortVariables>, activity: [ours: boolean, partner: boolean], expected: boolean]>(
    [
      ['both active', {}, [true, true], false],
      ['active here', {}, [true, false], false],
      ['active there', {}, [false, true], false],
      ['both passive', {}, [false, false], true],
      ['link down', { port_enabled: false }, [true, true], true],
      ['LACP off', { LACP_Enabled: false }, [true, true], true],
    ],
  )('%s', (_, some, [ours, partner], expected) => {
    const Partner_Oper = lacpdu({ actor: { State: { LACP_Activity: partner } } }).actor;
    expect(periodicDisabled(variables({ LACP_Activity: ours }, { Partner_Oper, ...some }))).toBe(expected);
  });
});

describe('currentWhileTime', () => {
  test('follows our own timeout', () => {
    expect(currentWhileTime(variables({ LACP_Timeout: true }))).toBe(3_000);
    expect(currentWhileTime(variables({ LACP_Timeout: false }))).toBe(90_000);
  });
});

describe('configure', () => {
  /** What changes on a port that runs with the given values when the named ones are set. */
  const change = (some: Parameters<typeof portConfiguration>[0], v = running()) =>
    configure(v, portConfiguration(some));
  const running = (): PortVariables => ({
    ...beginVariables(portConfiguration(), true),
    Selected: 'SELECTED',
    Partner_Oper: lacpdu().actor,
  });

  test('the same values again: nothing to tell, nothing to select', () => {
    expect(change({})).not.toHaveProperty('NTT');
    expect(change({})).not.toHaveProperty('Selected');
  });

  test.each([
    ['Key', { Key: 2 }],
    ['System', { System: '02:00:00:00:00:99' }],
    ['System_Priority', { System_Priority: 1 }],
    ['Aggregation', { Aggregation: false }],
  ])('a new %s is part of the LAG ID: select anew, and tell', (_, Actor) => {
    expect(change({ Actor })).toMatchObject({ NTT: true, Selected: 'UNSELECTED' });
  });

  test.each([
    ['Port_Priority', { Port_Priority: 1 }],
    ['LACP_Activity', { LACP_Activity: false }],
    ['LACP_Timeout', { LACP_Timeout: false }],
  ])('a new %s is told, and keeps the selection', (_, Actor) => {
    expect(change({ Actor })).toMatchObject({ NTT: true });
    expect(change({ Actor })).not.toHaveProperty('Selected');
  });

  test('leaves the bits that the machines own alone', () => {
    const v = running();
    const busy = {
      ...v,
      Actor_Oper: withState(v.Actor_Oper, { Synchronization: true, Collecting: true, Expired: true }),
    };
    expect(change({ Actor: { Key: 2 } }, busy).Actor_Oper?.State).toEqual(busy.Actor_Oper.State);
  });

  test('a new Partner_Admin acts at once on a port that is Defaulted, and not on another', () => {
    const Partner_Admin = lacpdu({ actor: { Key: 5 } }).actor;
    const v = running();
    expect(change({ Partner_Admin }, v).Partner_Oper).toEqual(Partner_Admin);
    const current = { ...v, Actor_Oper: withState(v.Actor_Oper, { Defaulted: false }) };
    expect(change({ Partner_Admin }, current)).not.toHaveProperty('Partner_Oper');
  });
});

describe('extendCurrentWhile', () => {
  const deadlineAfter = (State: Partial<PortState>, deadline: number | undefined, LACP_Timeout: boolean) => {
    const v = variables(State);
    v.clockwork.timers.current_while_timer = deadline;
    extendCurrentWhile(v, portConfiguration({ Actor: { LACP_Timeout } }), 0);
    return v.clockwork.timers.current_while_timer;
  };

  test.each<[title: string, State: Partial<PortState>, deadline: number | undefined, long: boolean, after: unknown]>([
    ['short to long: what runs is made long', {}, 2_500, true, 89_500],
    ['short for a moment, and long again: stays', {}, 70_000, true, 70_000],
    ['short to long in EXPIRED: stays', { Expired: true }, 2_500, true, 2_500],
    ['long to long: stays', { LACP_Timeout: false }, 70_000, true, 70_000],
    ['long to short: lives on until the partner, told of it, answers', { LACP_Timeout: false }, 70_000, false, 70_000],
    ['stopped: stays', {}, undefined, true, undefined],
  ])('%s', (_, State, deadline, long, after) => expect(deadlineAfter(State, deadline, !long)).toBe(after));
});

describe('transmitAllowedAt', () => {
  test.each<[sent: number[], now: number, allowed: number]>([
    [[], 5, 5],
    [[5, 5], 5, 5],
    [[5, 5, 5], 5, 1_005],
    [[5, 6, 7], 1_004, 1_005],
    [[5, 6, 7], 1_005, 1_005],
    [[5, 6, 7], 9_000, 9_000],
  ])('sent at %j, wanted at %i: at %i', (sent, now, allowed) =>
    expect(transmitAllowedAt(variables({}, { clockwork: { timers: variables().clockwork.timers, sent } }), now)).toBe(
      allowed,
    ),
  );

  test('sent as soon as allowed, three never fall short of a second, and a fourth could not have gone earlier', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { minLength: 4, maxLength: 50 }), (gaps) => {
        const v = variables();
        let wanted = 0;
        const sent: number[] = [];
        for (const gap of gaps) {
          wanted = Math.max(wanted + gap, sent.at(-1) ?? 0);
          const at = transmitAllowedAt(v, wanted);
          recordTransmission(v.clockwork, at);
          sent.push(at);
          const third = sent.at(-4);
          if (third !== undefined) expect(at - third).toBeGreaterThanOrEqual(1_000);
          if (at > wanted) expect(at).toBe((third ?? 0) + 1_000);
        }
      }),
    );
  });
});
