/** Why an end is not in use, by a capture alone: the verdict names the fault, or says what no capture tells. */
import { describe, expect, test } from 'vitest';
import type { AggregatorSettings } from '../../src/aggregator/settings.js';
import type { EndExplanation } from '../../src/replay/explanation.js';
import type { Report } from '../../src/replay/report.js';
import { setCable, twoSystems } from '../support/system-lab.js';
import { Recorder, replayed } from './record.js';
import { Script } from './script.js';

const IDLE = { Synchronization: false, Collecting: false, Distributing: false } as const;

function why({ ends }: Report, label: string): EndExplanation {
  const end = ends.find((each) => each.end === label);
  if (end === undefined) throw new Error(`no end ${label}: ${ends.map((each) => each.end).join(' ')}`);
  return end.explanation;
}
const causes = ({ verdicts }: EndExplanation) => verdicts.map(({ cause }) => cause);

/** The capture of a script, until ten seconds. */
const of = (script: Script, until = 10_000) => replayed(script.frames, until);

/** Two systems of ours, `change` after ten seconds, and ten more. */
function lived(
  a: Partial<AggregatorSettings>,
  b: Partial<AggregatorSettings>,
  change: (lab: ReturnType<typeof twoSystems>) => void = () => {},
  ms = 10_000,
): Report {
  const lab = twoSystems(2, { rate: 'fast', ...a }, { rate: 'fast', ...b }, 1);
  const recorder = new Recorder(lab, 1);
  lab.clock.advance(10_000);
  change(lab);
  lab.clock.advance(ms);
  return recorder.replay(lab.clock.now());
}

test('in use, and nothing to mend', () => {
  const report = lived({}, {});
  for (const end of ['A/1', 'A/2', 'B/1', 'B/2']) {
    expect(why(report, end)).toEqual({
      use: 'in use',
      receive: 'CURRENT',
      mux: 'DISTRIBUTING',
      verdicts: [],
      earlier: [],
      untold: [],
    });
  }
});

describe('a fault between two ends', () => {
  test('LACPDUs of one direction do not arrive: told at both, with the side', () => {
    const script = new Script();
    script.a.become(IDLE);
    script.b.become({ ...IDLE, Defaulted: true });
    const report = of(script.talk(0, 12_000), 12_000);
    expect(report.disagreements).toEqual([]);
    expect(why(report, 'B/1').verdicts).toMatchObject([
      { cause: 'nothing-heard', side: 'link', text: expect.stringContaining('LACPDUs of A/1 are on the link') },
    ]);
    expect(why(report, 'A/1').verdicts).toMatchObject([{ cause: 'one-way', side: 'link' }]);
  });

  test('the partner has a wrong picture of a field', () => {
    const script = new Script();
    script.b.become({ Collecting: false, Distributing: false });
    for (let at = 0; at <= 8_000; at += 1_000) {
      script.a.say(at, (pdu) => ({ partner: { ...pdu.partner, Key: 99 } }));
      script.b.say(at + 10, (pdu) => ({ partner: { ...pdu.partner, State: { ...pdu.partner.State, ...IDLE } } }));
    }
    expect(why(of(script), 'B/1').verdicts).toMatchObject([
      { cause: 'partner-wrong-about-us', field: 'Partner_Key', own: '1', other: '99', side: 'partner' },
    ]);
  });

  test('another partner, and another key, on one of two links', () => {
    const report = lived({}, {}, ({ b }) => b.system.setPort(2, { ...b.port(2).settings, key: 77 }));
    expect(why(report, 'A/2').verdicts).toMatchObject([{ cause: 'other-key', field: 'Partner_Key', own: '004d' }]);
    expect(causes(why(report, 'A/1'))).toEqual([]);
  });

  test('one end does not aggregate its link', () => {
    const report = lived({}, {}, ({ b }) => b.system.setPort(2, { ...b.port(2).settings, aggregation: false }));
    expect(why(report, 'A/2').verdicts).toMatchObject([{ cause: 'individual', side: 'partner' }]);
  });

  test('both passive', () => {
    const script = new Script();
    for (const end of [script.a, script.b]) end.become({ ...IDLE, LACP_Activity: false });
    const report = of(script.talk(0, 3_000), 3_500);
    for (const end of ['A/1', 'B/1']) expect(causes(why(report, end))).toEqual(['nobody-speaks']);
  });

  test('nobody else speaks', () => {
    const script = new Script();
    script.a.far = undefined;
    script.a.become({ ...IDLE, Defaulted: true });
    for (let at = 0; at <= 9_000; at += 1_000) script.a.say(at);
    expect(why(of(script), 'A/1').verdicts).toMatchObject([
      { cause: 'nothing-heard', side: 'partner', repair: expect.stringContaining('bridge') },
    ]);
  });

  test('own LACPDUs come back', () => {
    const script = new Script();
    script.a.far = script.a;
    script.a.become(IDLE);
    for (let at = 0; at <= 9_000; at += 1_000) script.a.say(at);
    expect(causes(why(of(script), 'A/1'))).toEqual(['reflected']);
  });

  test('rates that differ are a remark', () => {
    const report = lived({}, { rate: 'slow' });
    expect(why(report, 'A/1').verdicts).toMatchObject([
      { cause: 'timers-differ', weight: 'remark', own: expect.any(String) },
    ]);
  });

  test('the partner falls silent, and both do', () => {
    const script = new Script().talk(0, 5_000);
    for (let at = 6_000; at <= 14_000; at += 1_000) {
      script.b.say(at, (pdu) => ({
        actor: {
          ...pdu.actor,
          State: { ...pdu.actor.State, ...IDLE, Synchronization: true, Expired: at > 8_000, Distributing: false },
        },
        partner: { ...pdu.partner, State: { ...pdu.partner.State, Synchronization: at <= 8_000 } },
      }));
    }
    const report = of(script, 14_500);
    expect(causes(why(report, 'B/1'))).toEqual(['partner-silent']);
    expect(why(report, 'A/1')).toMatchObject({
      use: 'silent',
      verdicts: [],
      untold: [expect.stringContaining('gone')],
    });
    const cut = lived({}, {}, (lab) => setCable(lab, 2, false));
    expect(why(cut, 'A/2')).toMatchObject({ use: 'silent', untold: [expect.stringContaining('so is B/2')] });
  });
});

describe('what no capture tells', () => {
  test('a port that stands by: that it keeps itself out; and its partner knows why it waits', () => {
    const report = lived({ maxLinks: 1 }, {});
    expect(why(report, 'A/2')).toMatchObject({
      use: 'not in use',
      verdicts: [],
      untold: [expect.stringContaining('max-links')],
    });
    expect(causes(why(report, 'B/2'))).toEqual(['partner-not-in-sync']);
  });

  test('one direction only', () => {
    const script = new Script();
    script.b.become(IDLE);
    for (let at = 0; at <= 9_000; at += 1_000)
      script.a.say(at, ({ actor }) => ({
        actor: { ...actor, State: { ...actor.State, Collecting: false, Distributing: false } },
      }));
    expect(why(of(script), 'A/1')).toMatchObject({
      verdicts: [{ cause: 'partner-not-in-sync', side: 'partner' }],
      untold: [expect.stringContaining('capture both directions')],
    });
  });
});

test('what is over is told with its times', () => {
  const report = lived(
    {},
    {},
    (lab) => {
      const { cables, clock } = lab;
      Object.assign(cables[0] ?? {}, { oneWay: true }); // B hears nothing any more
      clock.advance(20_000);
      Object.assign(cables[0] ?? {}, { oneWay: false });
    },
    15_000,
  );
  const a = why(report, 'A/1');
  expect(a).toMatchObject({ use: 'in use', verdicts: [] });
  const [oneWay] = a.earlier.filter(({ cause }) => cause === 'one-way');
  expect(oneWay?.from).toBeGreaterThan(15_000); // it was Expired after three seconds, and has said so for five
  expect(oneWay?.from).toBeLessThan(20_000);
  expect(oneWay?.to).toBeGreaterThan(30_000);
  expect(oneWay?.to).toBeLessThan(32_000);
});
