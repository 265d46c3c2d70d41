/** Aggregator policies: conformance L-12, each as defined, and no flip without reason. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CandidatePort, chooseCandidate, POLICIES, type Policy } from '../../src/aggregator/policy.js';
import { beginVariables } from '../../src/lacp/variables.js';
import { portInformation } from '../support/builders.js';
import { portConfiguration } from '../support/port-lab.js';

interface Some {
  readonly n: number;
  readonly bandwidth?: number | undefined;
  readonly priority?: number;
  readonly up?: boolean;
  readonly heard?: boolean;
}

function port({ n, bandwidth, priority = 32_768, up = true, heard = true }: Some): CandidatePort {
  return {
    bandwidth,
    variables: {
      ...beginVariables(portConfiguration(), up),
      Actor_Oper: portInformation({ Port: n, Port_Priority: priority, State: { Expired: !heard } }),
      Partner_Oper: portInformation({}),
    },
  };
}

type Groups = Readonly<Record<string, readonly Some[]>>;
const choose = (groups: Groups, policy: Policy, active?: string, maxLinks = 8) =>
  chooseCandidate(new Map(Object.entries(groups).map(([id, ports]) => [id, ports.map(port)])), {
    policy,
    maxLinks,
    active,
  });

/** X: two ports of 1 Gbit/s. Y: one of 10 Gbit/s. Z: one of 1 Gbit/s with the best priority. */
const THREE: Groups = {
  X: [
    { n: 1, bandwidth: 1_000 },
    { n: 2, bandwidth: 1_000 },
  ],
  Y: [{ n: 3, bandwidth: 10_000 }],
  Z: [{ n: 4, bandwidth: 1_000, priority: 1 }],
};

describe('L-12 policy', () => {
  test.each<[policy: Policy, active: string | undefined, chosen: string]>([
    ['stable', undefined, 'X'],
    ['stable', 'Z', 'Z'],
    ['bandwidth', undefined, 'Y'],
    ['bandwidth', 'X', 'Y'],
    ['count', 'Y', 'X'],
    ['port-priority', 'X', 'Z'],
  ])('%s, %s active: %s', (policy, active, chosen) => expect(choose(THREE, policy, active)).toBe(chosen));

  test.each(POLICIES)('%s: of equal candidates the active one stays', (policy) => {
    const equal: Groups = { X: [{ n: 1, bandwidth: 1_000 }], Y: [{ n: 2, bandwidth: 1_000 }] };
    expect(choose(equal, policy, 'Y')).toBe('Y');
    expect(choose(equal, policy, 'X')).toBe('X');
  });

  test('count: a partner that is not heard any more attracts nothing', () => {
    const silent: Groups = { X: [{ n: 1 }], Y: [{ n: 2 }, { n: 3, heard: false }] };
    expect(choose(silent, 'count', 'X')).toBe('X');
  });

  test('count: ports beyond max-links do not count', () => {
    const many: Groups = { X: [{ n: 1 }], Y: [{ n: 2 }, { n: 3 }] };
    expect(choose(many, 'count', 'X', 1)).toBe('X');
    expect(choose(many, 'count', 'X', 2)).toBe('Y');
  });

  test('bandwidth: an unknown speed counts nothing', () => {
    const unknown: Groups = { X: [{ n: 1 }, { n: 2 }], Y: [{ n: 3, bandwidth: 10 }] };
    expect(choose(unknown, 'bandwidth', 'X')).toBe('Y');
  });

  test.each(POLICIES)('%s: the active candidate goes when its last link does', (policy) => {
    const down: Groups = { X: [{ n: 1, bandwidth: 10_000, priority: 1, up: false }], Y: [{ n: 2, bandwidth: 10 }] };
    expect(choose(down, policy, 'X')).toBe('Y');
  });
});

const some = fc.record({
  n: fc.integer({ min: 1, max: 40 }),
  bandwidth: fc.constantFrom(undefined, 10, 1_000, 10_000),
  priority: fc.constantFrom(1, 128, 32_768),
  up: fc.boolean(),
  heard: fc.boolean(),
});
const groups = fc.dictionary(fc.constantFrom('W', 'X', 'Y', 'Z'), fc.array(some, { minLength: 1, maxLength: 4 }));

test.each(POLICIES)('%s: what was chosen stays chosen while nothing changes', (policy) => {
  fc.assert(
    fc.property(
      groups,
      fc.constantFrom(undefined, 'W', 'X', 'Y', 'Z'),
      fc.integer({ min: 1, max: 4 }),
      (g, id, max) => {
        const first = choose(g, policy, id, max);
        expect(choose(g, policy, first, max)).toBe(first);
      },
    ),
  );
});
