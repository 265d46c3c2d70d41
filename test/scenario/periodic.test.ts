/**
 * conformance D.3.5: periodic transmission and the transmit limit, by the times of frames.
 * P-11, timer precision under load, needs a loaded data path and is covered by the tests in network namespaces.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mostInAnySecond, Tester } from '../support/tester.js';

const LONG = { State: { LACP_Timeout: false } };
const PASSIVE = { State: { LACP_Activity: false } };

const gaps = (times: readonly number[]): number[] => times.slice(1).map((at, i) => at - (times[i] ?? 0));

describe('periodic transmission', () => {
  test('P-01 slow: every 30 s to a partner with a long timeout', () => {
    const tester = new Tester({ rate: 'slow' }, { actor: LONG }).bringUp();
    tester.advance(300_000);
    expect(gaps(tester.link().takeTimes())).toEqual(Array(9).fill(30_000));
  });

  test('P-02 fast: every second to a partner with a short timeout', () => {
    const tester = new Tester({ rate: 'slow' }).bringUp();
    tester.advance(60_000);
    expect(gaps(tester.link().takeTimes())).toEqual(Array(59).fill(1_000));
  });

  test('P-03 slow to fast: one at once, then one a second', () => {
    const tester = new Tester({ rate: 'slow' }, { actor: LONG }).bringUp();
    tester.link().keepAlive(0);
    tester.advance(7_300);
    tester.link().take();
    const changed = tester.clock.now();
    tester
      .link()
      .become({ State: { LACP_Timeout: true } })
      .send();
    tester.advance(3_000);
    expect(tester.link().takeTimes()).toEqual([0, 1_000, 2_000, 3_000].map((after) => changed + after));
  });

  test('P-04 fast to slow: the next one 30 s later', () => {
    const tester = new Tester({ rate: 'slow' }).bringUp();
    tester.link().keepAlive(0);
    tester.advance(2_300);
    tester.link().take();
    const changed = tester.clock.now();
    tester.link().become(LONG).send();
    tester.advance(30_000);
    expect(tester.link().takeTimes()).toEqual([changed + 30_000]);
  });

  test('P-05 both passive: not one LACPDU', () => {
    const tester = new Tester({ lacp: 'passive', rate: 'fast' }, { actor: PASSIVE });
    tester.advance(10_000);
    tester.link().keepAlive(1_000);
    tester.advance(60_000);
    expect(tester.link().heard).toEqual([]);
  });

  test('P-06 a passive port wakes when an active partner is heard', () => {
    const tester = new Tester({ lacp: 'passive', rate: 'fast' });
    tester.advance(10_000);
    expect(tester.link().heard).toEqual([]);
    tester.link().keepAlive(1_000);
    expect(tester.link().takeTimes()).toEqual([10_000]);
    tester.advance(10_500);
    expect(Math.max(...gaps(tester.link().takeTimes()))).toBeLessThanOrEqual(1_000);
  });

  test('P-07 a passive port sends on while the lost partner is remembered, and stops in DEFAULTED', () => {
    const tester = new Tester({ lacp: 'passive', rate: 'fast' }).bringUp();
    const link = tester.link().keepAlive(0);
    link.send();
    const lost = tester.clock.now();
    tester.advance(120_000);
    const times = link.takeTimes();
    expect(times.filter((at) => at > lost + 3_000 && at < lost + 6_000).length).toBeGreaterThanOrEqual(2);
    expect(times.filter((at) => at > lost + 6_000)).toEqual([]);
    expect(link.state).toMatchObject({ Expired: true });
  });

  test('P-08 NTT a hundred times a second: at most 3 in any second, the last carries the newest state', () => {
    const tester = new Tester({ rate: 'fast' }).bringUp();
    const link = tester.link().keepAlive(0);
    for (let n = 0; n < 500; n++) {
      link.send({ partner: { Key: n } });
      tester.advance(10);
    }
    tester.dut.set({ rate: 'slow' });
    link.send();
    tester.advance(1_000);
    const times = link.heard.map(({ at }) => at);
    expect(mostInAnySecond(times)).toBe(3);
    expect(times.filter((at) => at > 4_000).length).toBeGreaterThanOrEqual(12);
    expect(link.state.LACP_Timeout).toBe(false);
  });

  test('P-08 whatever the moments of NTT and of periodic transmission', () => {
    const moments = fc.array(fc.tuple(fc.integer({ min: 0, max: 800 }), fc.boolean()), { maxLength: 40 });
    fc.assert(
      fc.property(moments, (steps) => {
        const tester = new Tester({ rate: 'fast' });
        for (const [wait, LACP_Timeout] of steps) {
          tester.advance(wait);
          tester
            .link()
            .become({ State: { LACP_Timeout } })
            .send({ partner: { Key: 99 } });
        }
        tester.advance(2_000);
        expect(mostInAnySecond(tester.link().heard.map(({ at }) => at))).toBeLessThanOrEqual(3);
      }),
      { numRuns: 25 },
    );
  });

  test('P-09 one NTT after silence is answered at once', () => {
    const tester = new Tester({ rate: 'slow' }, { actor: LONG }).bringUp();
    tester.advance(15_000);
    tester.link().take();
    tester.link().send({ partner: { Key: 99 } });
    expect(tester.link().takeTimes()).toEqual([tester.clock.now()]);
  });

  test('P-10 NTT while both are passive is forgotten: nothing of it when the port wakes', () => {
    const tester = new Tester({ lacp: 'passive', rate: 'fast' }, { actor: PASSIVE });
    tester.advance(5_000);
    for (let n = 0; n < 10; n++) tester.link().send({ partner: { Key: n } });
    tester.advance(2_500);
    expect(tester.link().heard).toEqual([]);
    tester
      .link()
      .become({ State: { LACP_Activity: true } })
      .send();
    expect(tester.link().takeTimes()).toEqual([7_500]);
    tester.advance(900);
    expect(tester.link().take()).toEqual([]);
  });
});
