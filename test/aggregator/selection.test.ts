/** Selection Logic as pure functions: conformance D.3.7 where a decision is enough. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isIndividual, isLoop, isReflected, lagId } from '../../src/aggregator/lag-id.js';
import { ready, type SelectionPort, type SelectionRules, select } from '../../src/aggregator/selection.js';
import { beginVariables, Default_Partner_Admin, type PortVariables } from '../../src/lacp/variables.js';
import { portInformation, type SomeInformation } from '../support/builders.js';
import { portConfiguration } from '../support/port-lab.js';

/** Port n of system ..:0b with key 1, linked to port n of system ..:0a. */
function port(
  n: number,
  some: {
    readonly actor?: SomeInformation;
    /** `none`: nobody was heard. */
    readonly partner?: SomeInformation | 'none';
    readonly speed?: number;
  } & Partial<
    Pick<PortVariables, 'attached' | 'port_enabled' | 'Selected' | 'leaving' | 'LACP_Enabled' | 'Ready_N'>
  > = {},
): SelectionPort {
  const { actor, partner, speed, ...flags } = some;
  return {
    speed,
    bandwidth: speed,
    closed: false,
    blocked: false,
    primary: false,
    variables: {
      ...beginVariables(portConfiguration(), true),
      Actor_Oper: portInformation({ System: '02:00:00:00:00:0b', Port: n, ...actor }),
      Partner_Oper: partner === 'none' ? Default_Partner_Admin : portInformation({ Port: n, ...partner }),
      ...flags,
    },
  };
}

const rules = (some: Partial<SelectionRules> = {}): SelectionRules => ({
  maxLinks: 8,
  policy: 'stable',
  active: undefined,
  backup: undefined,
  ...some,
});
/** Decisions as short words: SELECTED, or why not. */
const outcome = (ports: readonly SelectionPort[], some: Partial<SelectionRules> = {}): string[] =>
  select(ports, rules(some)).decisions.map(({ selected, keptOut }) => keptOut ?? selected);
const activeOf = (ports: readonly SelectionPort[], some: Partial<SelectionRules> = {}) =>
  select(ports, rules(some)).active;

const partnerC: SomeInformation = { System: '02:00:00:00:00:0c' };

describe('LAG ID', () => {
  test('has the standard notation, the lower system first', () => {
    const { Actor_Oper, Partner_Oper } = port(3, { actor: { Key: 0x100 }, partner: { Key: 0x1b } }).variables;
    const text = '[(8000,02-00-00-00-00-0a,001b,00,0000),(8000,02-00-00-00-00-0b,0100,00,0000)]';
    expect(lagId(Actor_Oper, Partner_Oper)).toBe(text);
    expect(lagId(Partner_Oper, Actor_Oper)).toBe(text);
  });

  test('names the ports of an individual link', () => {
    const { Actor_Oper, Partner_Oper } = port(3, { partner: { State: { Aggregation: false } } }).variables;
    expect(lagId(Actor_Oper, Partner_Oper)).toBe(
      '[(8000,02-00-00-00-00-0a,0001,80,0003),(8000,02-00-00-00-00-0b,0001,80,0003)]',
    );
  });

  test.each<[field: string, some: SomeInformation, same: boolean]>([
    ['System_Priority', { System_Priority: 1 }, false],
    ['System', partnerC, false],
    ['Key', { Key: 2 }, false],
    ['Port', { Port: 9 }, true],
    ['Port_Priority', { Port_Priority: 9 }, true],
    ['State', { State: { LACP_Timeout: false, Expired: true } }, true],
  ])('tells links apart by %s of the partner', (_, some, same) => {
    const a = port(1).variables;
    const b = port(1, { partner: some }).variables;
    expect(lagId(a.Actor_Oper, a.Partner_Oper) === lagId(b.Actor_Oper, b.Partner_Oper)).toBe(same);
  });

  test('individual, loop and reflection', () => {
    const own = { System: '02:00:00:00:00:0b' };
    const claims = ({ variables: { Actor_Oper: a, Partner_Oper: p } }: SelectionPort) =>
      [isIndividual(a, p), isLoop(a, p), isReflected(a, p)].map(Number).join('');
    expect(claims(port(1))).toBe('000');
    expect(claims(port(1, { actor: { State: { Aggregation: false } } }))).toBe('100');
    expect(claims(port(1, { partner: { ...own, Port: 2 } }))).toBe('010');
    expect(claims(port(1, { partner: own }))).toBe('011');
    expect(claims(port(1, { partner: { ...own, Key: 2 } }))).toBe('000'); // another aggregator of ours
  });
});

describe('select: who is together', () => {
  test('no port: nothing', () => expect(select([], rules())).toEqual({ active: undefined, decisions: [] }));

  test('L-01 the same LAG ID: one aggregator', () =>
    expect(outcome([port(1), port(2), port(3)])).toEqual(['SELECTED', 'SELECTED', 'SELECTED']));

  test.each<[title: string, partner: SomeInformation]>([
    ['system', partnerC],
    ['system priority', { System_Priority: 1 }],
    ['key', { Key: 2 }],
  ])('L-02 another %s of the partner: kept out', (_, partner) =>
    expect(outcome([port(1), port(2), port(3, { partner })])).toEqual(['SELECTED', 'SELECTED', 'other-aggregator']),
  );

  test('L-03 another actor key: kept out', () =>
    expect(outcome([port(1), port(2), port(3, { actor: { Key: 2 } })])).toEqual([
      'SELECTED',
      'SELECTED',
      'other-aggregator',
    ]));

  test.each<[title: string, some: Parameters<typeof port>[1]]>([
    ['partner', { partner: { State: { Aggregation: false } } }],
    ['our own end', { actor: { State: { Aggregation: false } } }],
  ])('L-04 individual by the %s: alone', (_, some) => {
    expect(outcome([port(1), port(2), port(3, some)])).toEqual(['SELECTED', 'SELECTED', 'other-aggregator']);
    expect(outcome([port(1, some), port(2, some)])).toEqual(['SELECTED', 'other-aggregator']);
    expect(outcome([port(1, some)])).toEqual(['SELECTED']);
  });

  test('L-05 a loop between two own ports: neither', () => {
    const own = { System: '02:00:00:00:00:0b' };
    const ports = [port(1, { partner: { ...own, Port: 2 } }), port(2, { partner: { ...own, Port: 1 } }), port(3)];
    expect(outcome(ports)).toEqual(['loop', 'loop', 'SELECTED']);
  });

  test('L-06 our own LACPDU on the port that sent it: out', () =>
    expect(outcome([port(1, { partner: { System: '02:00:00:00:00:0b' } }), port(2)])).toEqual([
      'reflected',
      'SELECTED',
    ]));

  test('a port that leaves, or has no LACP, is out', () =>
    expect(outcome([port(1, { leaving: true }), port(2, { LACP_Enabled: false }), port(3)])).toEqual([
      'leaving',
      'lacp-disabled',
      'SELECTED',
    ]));

  test('L-14 different speeds: apart where speed counts, together where it is out of account', () => {
    expect(outcome([port(1, { speed: 1_000 }), port(2, { speed: 100 })])).toEqual(['SELECTED', 'other-aggregator']);
    expect(outcome([port(1), port(2)])).toEqual(['SELECTED', 'SELECTED']);
  });
});

describe('select: which candidate is active (policy stable)', () => {
  const two = [port(1), port(2, { partner: partnerC }), port(3, { partner: partnerC })];

  test('with nothing before: most ports', () =>
    expect(outcome(two)).toEqual(['other-aggregator', 'SELECTED', 'SELECTED']));

  test('the one before stays, though another has more ports', () =>
    expect(outcome(two, { active: activeOf([port(1)]) })).toEqual([
      'SELECTED',
      'other-aggregator',
      'other-aggregator',
    ]));

  test('the same number of ports: lowest port number', () =>
    expect(outcome([port(5, { partner: partnerC }), port(2)])).toEqual(['other-aggregator', 'SELECTED']));

  test('its last link goes down: the other takes over', () => {
    const [, ...others] = two;
    const down = port(1, { port_enabled: false, Selected: 'SELECTED' });
    expect(outcome([down, ...others], { active: activeOf([port(1)]) })).toEqual(['link-down', 'SELECTED', 'SELECTED']);
  });

  test('a candidate with a partner beats ports that heard nobody, however many', () =>
    expect(outcome([port(1, { partner: 'none' }), port(2, { partner: 'none' }), port(3)])).toEqual([
      'other-aggregator',
      'other-aggregator',
      'SELECTED',
    ]));

  test('a candidate without partner does not keep its place when another has one', () => {
    const nobody = port(1, { partner: 'none' });
    expect(outcome([nobody, port(2)], { active: activeOf([nobody]) })).toEqual(['other-aggregator', 'SELECTED']);
  });

  test('nobody heard on any port: all wait together', () =>
    expect(outcome([port(1, { partner: 'none' }), port(2, { partner: 'none' })])).toEqual(['SELECTED', 'SELECTED']));

  test('a link that is down keeps the place it has, and gets none', () => {
    const has = port(2, { port_enabled: false, Selected: 'SELECTED' });
    const hasNot = port(3, { port_enabled: false });
    expect(outcome([port(1), has, hasNot])).toEqual(['SELECTED', 'SELECTED', 'link-down']);
  });

  test('all links down: what was active stays active', () => {
    const down = port(1, { port_enabled: false, Selected: 'SELECTED' });
    const active = activeOf([port(1)]);
    expect(select([down], rules({ active }))).toMatchObject({ active, decisions: [{ selected: 'SELECTED' }] });
  });
});

describe('select: max-links', () => {
  const chosen = (ports: readonly SelectionPort[], maxLinks: number): number[] =>
    ports.filter((_, i) => outcome(ports, { maxLinks })[i] === 'SELECTED').map((p) => p.variables.Actor_Oper.Port);
  /** Our ports 1..3 go to the partner's 3..1, and both number their priorities against the port order. */
  const crossed = (ours: number, theirs: number) =>
    [1, 2, 3].map((n) =>
      port(n, {
        actor: { System_Priority: ours, Port_Priority: 10 - n },
        partner: { System_Priority: theirs, Port: 4 - n, Port_Priority: 10 + n },
      }),
    );

  test('the rest is STANDBY', () => {
    const { decisions } = select([port(1), port(2)], rules({ maxLinks: 1 }));
    expect(decisions.map(({ selected }) => selected)).toEqual(['SELECTED', 'STANDBY']);
  });

  test.each<[title: string, ports: readonly SelectionPort[], expected: number[]]>([
    ['L-07 our system priority is better: by our port priorities', crossed(1, 2), [3]],
    ["L-07 the partner's is better: by its port priorities", crossed(2, 1), [1]],
    ['L-07 equal: the lower address (the partner, ..0a) decides', crossed(5, 5), [1]],
    [
      'L-08 lowest port priority first',
      [port(1), port(2, { actor: { Port_Priority: 9 }, partner: { Port_Priority: 9 } })],
      [2],
    ],
    ['L-09 equal priorities: lowest port number of the one that decides', [port(2), port(1), port(3)], [1]],
    ['L-09 so with crossed cables', [port(1, { partner: { Port: 3 } }), port(3, { partner: { Port: 1 } })], [3]],
  ])('%s', (_, ports, expected) => expect(chosen(ports, 1)).toEqual(expected));

  test('our lower address decides as well', () => {
    const lower = { System: '02:00:00:00:00:01' };
    const ports = crossed(5, 5).map(({ variables: { Actor_Oper, Partner_Oper } }) =>
      port(Actor_Oper.Port, { actor: { ...Actor_Oper, ...lower }, partner: Partner_Oper }),
    );
    expect(chosen(ports, 1)).toEqual([3]);
  });

  test('a link that is down gives its place to the next, and one that is up takes it back', () => {
    const down = port(1, { port_enabled: false, Selected: 'SELECTED' });
    expect(outcome([down, port(2), port(3)], { maxLinks: 2 })).toEqual(['link-down', 'SELECTED', 'SELECTED']);
    expect(outcome([port(1), port(2), port(3)], { maxLinks: 2 })).toEqual(['SELECTED', 'SELECTED', 'max-links']);
  });

  test('a repaired link of better rank waits as STANDBY until it can be used at once', () => {
    const live = { State: { Expired: false } };
    const inUse = port(2, { actor: live, attached: true, Selected: 'SELECTED' });
    const chosenWith = (repaired: SelectionPort) => outcome([repaired, inUse], { maxLinks: 1 });
    expect(chosenWith(port(1, { actor: live }))).toEqual(['max-links', 'SELECTED']);
    expect(chosenWith(port(1, { actor: { State: { Expired: true } }, Ready_N: true }))).toEqual([
      'max-links',
      'SELECTED',
    ]);
    expect(chosenWith(port(1, { actor: live, Ready_N: true }))).toEqual(['SELECTED', 'max-links']);
    expect(chosenWith(port(1, { actor: live, attached: true }))).toEqual(['SELECTED', 'max-links']);
  });

  test('a port whose partner has fallen silent is not in use: it protects nothing', () => {
    const silent = port(2, { actor: { State: { Expired: true } }, attached: true, Selected: 'SELECTED' });
    expect(outcome([port(1), silent], { maxLinks: 1 })).toEqual(['SELECTED', 'max-links']);
  });

  test('both ends choose the same links, however cables are crossed and priorities set', () => {
    const priorities = fc.integer({ min: 1, max: 3 });
    const links = fc.array(fc.tuple(priorities, priorities), { minLength: 1, maxLength: 8 });
    const crossing = fc.infiniteStream(fc.nat(1_000));
    fc.assert(
      fc.property(priorities, priorities, links, crossing, fc.integer({ min: 1, max: 8 }), (a, b, list, order, max) => {
        const ranks = list.map((_, i) => ({ i, key: order.next().value })).sort((x, y) => x.key - y.key);
        const far = list.map((_, i) => ranks.findIndex((rank) => rank.i === i) + 1);
        const left = list.map(([x, y], i) =>
          port(i + 1, {
            actor: { System_Priority: a, Port_Priority: x },
            partner: { System_Priority: b, Port_Priority: y, Port: far[i] ?? 0 },
          }),
        );
        const right = left.map(({ variables: { Actor_Oper, Partner_Oper } }) =>
          port(0, { actor: Partner_Oper, partner: Actor_Oper }),
        );
        expect(outcome(right, { maxLinks: max })).toEqual(outcome(left, { maxLinks: max }));
        expect(chosen(left, max).length).toBe(Math.min(max, list.length));
      }),
    );
  });
});

describe('ready', () => {
  const v = (Ready_N: boolean) => port(1, { Ready_N }).variables;
  test.each<[waiting: boolean[], expected: boolean]>([
    [[], false],
    [[true], true],
    [[false], false],
    [[true, false], false],
    [[true, true], true],
  ])('Ready_N %j -> %s', (waiting, expected) => expect(ready(waiting.map(v))).toBe(expected));
});
