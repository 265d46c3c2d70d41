import { describe, expect, test } from 'vitest';
import { beginHold, type HoldRules, type LinkHold, nextHold, resumedHold } from '../../src/aggregator/link-hold.js';

const UP = { adminUp: true, link: 'up' } as const;
const DOWN = { adminUp: true, link: 'down' } as const;
const OFF = { adminUp: false, link: 'down' } as const;
const rules = (some: Partial<HoldRules>): HoldRules => ({ upDelay: 0, downDelay: 0, damping: undefined, ...some });

/** What is believed after each of these, told at these times; a link that begins up at 0. */
function believed(
  how: Partial<HoldRules>,
  ...told: readonly (readonly [number, typeof UP | typeof DOWN | typeof OFF])[]
): string[] {
  let hold: LinkHold = beginHold(UP, 0);
  return told.map(([at, link]) => {
    hold = nextHold(hold, link, rules(how), at);
    return `${hold.link}${hold.deadline === undefined ? '' : ` until ${hold.deadline}`}`;
  });
}

describe('delays', () => {
  test('none: what is told is believed', () => {
    expect(believed({}, [1, DOWN], [2, UP])).toEqual(['down', 'up']);
  });

  test('up-delay: up again only after the link has been up for as long, counted anew when it goes down', () => {
    const told = [[1, DOWN] as const, [10, UP] as const, [40, DOWN] as const, [50, UP] as const];
    expect(believed({ upDelay: 100 }, ...told, [149, UP], [150, UP])).toEqual([
      'down',
      'down until 110',
      'down',
      'down until 150',
      'down until 150',
      'up',
    ]);
  });

  test('down-delay: a short failure is not noticed, a longer one is', () => {
    const told = [[10, DOWN] as const, [59, UP] as const, [70, DOWN] as const, [119, DOWN] as const];
    expect(believed({ downDelay: 50 }, ...told, [120, DOWN])).toEqual([
      'up until 60',
      'up',
      'up until 120',
      'up until 120',
      'down',
    ]);
  });

  test('what the operator does is believed at once', () => {
    expect(believed({ downDelay: 50 }, [10, OFF])).toEqual(['down']);
  });

  test('an unknown link is no failure, and a link that is new has nothing to wait for', () => {
    const unknown = { adminUp: true, link: 'unknown' } as const;
    expect(beginHold(unknown, 0)).toMatchObject({ link: 'unknown', deadline: undefined });
    expect(nextHold(beginHold(unknown, 0), UP, rules({ upDelay: 100 }), 5)).toMatchObject({ link: 'up' });
  });
});

describe('damping=3/60', () => {
  const damping = { failures: 3, seconds: 60 };
  const flap = (at: number) => [[at, DOWN] as const, [at + 1_000, UP] as const];

  test('the third failure within 60 s keeps the link out until it has been up for 60 s', () => {
    const told = [...flap(10_000), ...flap(20_000), ...flap(30_000)];
    expect(believed({ damping }, ...told, [90_999, UP], [91_000, UP])).toEqual([
      'down',
      'up',
      'down',
      'up',
      'down',
      'down until 91000',
      'down until 91000',
      'up',
    ]);
  });

  test('failures further apart are forgotten', () => {
    const told = [...flap(10_000), ...flap(50_000), ...flap(80_000), ...flap(120_000)];
    expect(believed({ damping }, ...told).filter((link) => link !== 'down')).toEqual(['up', 'up', 'up', 'up']);
  });

  test('a link kept out that fails once more waits anew; after that it starts with a clean sheet', () => {
    const told = [...flap(10_000), ...flap(20_000), ...flap(30_000), ...flap(80_000)];
    expect(believed({ damping }, ...told, [141_000, UP], ...flap(142_000)).slice(-4)).toEqual([
      'down until 141000',
      'up',
      'down',
      'up',
    ]);
  });

  test('links that the operator sets down do not count', () => {
    const off = (at: number) => [[at, OFF] as const, [at + 1_000, UP] as const];
    expect(believed({ damping }, ...off(1_000), ...off(3_000), ...off(5_000), ...off(7_000)).at(-1)).toBe('up');
  });

  test('the longer of up-delay and damping holds', () => {
    const told = [...flap(10_000), ...flap(200_000), ...flap(400_000)];
    expect(believed({ damping, upDelay: 120_000 }, ...told).at(-1)).toBe('down until 521000');
  });

  test('switched off: the link is used at once', () => {
    let hold = beginHold(UP, 0);
    for (const [at, link] of [...flap(1_000), ...flap(3_000), ...flap(5_000)]) {
      hold = nextHold(hold, link, rules({ damping }), at);
    }
    expect(hold).toMatchObject({ link: 'down', damped: true });
    expect(nextHold(hold, UP, rules({}), 7_000)).toMatchObject({ link: 'up', damped: false, failures: [] });
  });
});

test('a later process believes what the one before did', () => {
  expect(resumedHold(UP, false, 5)).toMatchObject({ told: 'up', link: 'down' });
  expect(resumedHold(DOWN, true, 5)).toMatchObject({ told: 'down', link: 'up' });
  expect(resumedHold({ adminUp: true, link: 'unknown' }, true, 5).link).toBe('unknown');
});
