/** What is wrong with a scenario is told with its place, the value and the repair. */
import { describe, expect, test } from 'vitest';
import { FileRefusal } from '../../src/daemon/config/problems.js';
import { readScenario } from '../../src/scenario-file/read.js';

const HEAD = `systems:
  left: { interfaces: { veth0: { ports: [eth0] } }, links: { eth1: } }
  right: { interfaces: { veth0: { ports: [eth0] } } }
cables: { c1: [left/eth0, right/eth0] }
steps:
`;

function problems(text: string): string[] {
  try {
    readScenario(text, 'f');
    return [];
  } catch (error) {
    if (error instanceof FileRefusal) return error.message.split('\n');
    throw error;
  }
}

test('a step without a mistake is none', () => {
  expect(problems(`${HEAD}  - { at: 1s, cut: c1 }`)).toEqual([]);
});

describe('a step', () => {
  test.each([
    ['{ at: 1s }', 'f:6:5: steps[1]: says nothing to be done; give it one of cut, repair, '],
    ['{ cut: c1 }', 'f:6:5: steps[1]: has no time; say at: 10s, or after: 2s for so long after the step before'],
    ['{ at: 1s, after: 1s, cut: c1 }', 'f:6:5: steps[1]: has both at and after; '],
    ['{ at: 25h, cut: c1 }', 'f:6:11: steps[1].at: 25h: longer than 24 hours; say at: 10s, 200ms or 2m'],
    ['{ at: 1s, cut: c2 }', 'f:6:20: steps[1].cut: c2: no such cable; did you mean c1?'],
    [
      '{ at: 1s, cut: c1, carrier: keep }',
      'f:6:33: steps[1].carrier: keep: not lost or kept; say carrier: lost or kept',
    ],
    ['{ at: 1s, cut: c1, loss: 10% }', 'f:6:24: steps[1].loss: no such key; '],
    ['{ at: 1s, cable: c1, loss: 110% }', 'f:6:32: steps[1].loss: 110%: more than all frames; say loss: 10% or 0.1'],
    ['{ at: 1s, cable: c1 }', 'f:6:15: steps[1].cable: changes nothing; say for example loss: 10%'],
    ['{ at: 1s, one-way: c1 }', 'f:6:15: steps[1].one-way: does not say which way; say to: right/eth0'],
    [
      '{ at: 1s, one-way: c1, to: left/eth1 }',
      'f:6:32: steps[1].to: left/eth1: no such end of c1; did you mean left/eth0?',
    ],
    [
      '{ at: 1s, link: left/eth7, state: up }',
      'f:6:21: steps[1].link: left/eth7: no such link of left; did you mean eth1?',
    ],
    ['{ at: 1s, link: eth0, state: up }', 'f:6:21: steps[1].link: eth0: not SYSTEM/PORT; say for example left/eth0'],
    [
      '{ at: 1s, set: left/veth1 rate=fast }',
      'f:6:20: steps[1].set: left/veth1: no such port or interface of left; did you mean veth0?',
    ],
    ['{ at: 1s, set: left/veth0 gate=open }', 'f:6:20: gate=open: an option of a port, not of the interface; '],
    ['{ at: 1s, set: left/veth0 min-links=9 }', 'f:6:20: veth0: min-links=9 can never be reached with max-links=8; '],
    ['{ at: 1s, add: left/eth0 veth0 }', 'f:6:20: steps[1].add: left/eth0: already a port of veth0; del it first'],
    ['{ at: 1s, del: left/eth1 }', 'f:6:20: steps[1].del: left/eth1: no such port or interface; '],
    ['{ at: 1s, start: left }', 'f:6:22: steps[1].start: left runs already; stop or crash it before'],
    ['{ at: 1s, crash: up }', 'f:6:22: steps[1].crash: no such system; there is left, right'],
    [
      "{ at: 1s, frame: left/eth0, octets: '0180' }",
      'f:6:41: steps[1].octets: 0180: shorter than an Ethernet header; ',
    ],
    [
      '{ at: 1s, expect: { left/eth0: { mux: UP } } }',
      'f:6:43: steps[1].expect.left/eth0.mux: UP: not one of its words; say mux: DETACH, ',
    ],
    ['{ at: 1s, expect: { left/eth0: { carrier: on } } }', 'f:6:38: steps[1].expect.left/eth0.carrier: no such key; '],
    [
      '{ at: 1s, expect: { left/veth0: { partner: nobody } } }',
      'f:6:48: steps[1].expect.left/veth0.partner: nobody: neither a system of this file nor an address; ',
    ],
    [
      '{ at: 1s, expect: { left/eth0: { why: [standy] } } }',
      'f:6:44: steps[1].expect.left/eth0.why: standy: no such cause; did you mean standby?',
    ],
    [
      '{ at: 1s, within: 1s, for: 1s, expect: { left/eth0: { mux: DIST } } }',
      'f:6:27: steps[1].for: does not go with within; say one of them',
    ],
    ['{ at: 1s, quiet: left }', 'f:6:15: steps[1].quiet: does not say for how long; say for: 10s'],
  ])('%s', (step, problem) => {
    const [first = 'nothing', ...more] = problems(`${HEAD}  - ${step}\n`);
    expect(first.slice(0, problem.length)).toBe(problem);
    expect(more).toEqual([]);
  });

  test('that needs a system that was ended', () => {
    const steps = '  - { at: 2s, set: left/veth0 rate=fast }\n  - { at: 1s, crash: left }\n';
    expect(problems(HEAD + steps)).toEqual(['f:6:20: steps[1].set: left does not run then; say start: left before']);
  });

  test('in the middle of a restart', () => {
    const steps = '  - { at: 1s, restart: left, for: 500ms }\n  - { at: 1.2s, crash: left }\n';
    expect(problems(HEAD + steps)).toEqual([
      'f:7:24: steps[2].crash: left restarts until 1.5 s; say at: 1.5s or later',
    ]);
  });
});

test('settings go on from those before, in the order of time', () => {
  const steps = '  - { at: 2s, set: left/veth0 min-links=3 }\n  - { at: 1s, set: left/veth0 max-links=2 }\n';
  expect(problems(HEAD + steps)[0]).toMatch(/^f:6:20: veth0: min-links=3 can never be reached with max-links=2/);
});

describe('the rest of a file', () => {
  test.each([
    ['', 'f:1:1: systems: there is none; write systems: '],
    ['systems: { a/b: }', 'f:1:12: systems.a/b: not a name; '],
    ['system: {}', 'f:1:1: the file.system: no such key; did you mean systems?'],
    [
      'systems: { a: { interfaces: { veth0: { rat: fast } } } }',
      'f:1:40: veth0.rat: no such option; did you mean rate?',
    ],
    ['systems: { a: { links: { eth0: { speed: fast } } } }', 'f:1:41: systems.a.links.eth0.speed: fast: not a speed; '],
    ['systems: { a: { links: { eth0: } } }\ncables: { c: [a/eth0] }', 'f:2:11: cables.c: has fewer than two ends; '],
    [
      'systems: { a: { links: { eth0: } } }\ncables: { c: [a/eth0, a/eth0] }',
      'f:2:23: cables.c: a/eth0 is already an end of cables.c; ',
    ],
    [
      'systems: { a: }\nuntil: 1s\nsteps: [{ at: 2s, crash: a }]',
      'f:2:1: until: 1 s is before the end of a step; say until: 2s or later',
    ],
    ['systems: [', 'f:1:11: YAML: '],
  ])('%s', (text, problem) => {
    expect(problems(text).map((each) => each.slice(0, problem.length))).toContain(problem);
  });
});
