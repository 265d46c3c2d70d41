/** What ipvlan slaves cost beside the bare link: measured as `speed` measures groups, in a part of its own. */
import { Lab } from '../lab/lab.js';
import { build, described, type LeftOut, takeAll } from './entrants.js';
import type { Plan } from './options.js';
import { say } from './progress.js';
import type { Speed } from './results.js';
import { raw } from './variants/raw.js';
import { slaveOfGroup, slaveOut, slaveToSlave } from './variants/slave.js';
import type { Variant } from './variants/variant.js';

const VARIANTS: readonly Variant[] = [
  raw('raw', 'raw link'),
  raw('raw2', 'raw link again'),
  slaveOut('out-kernel', 'kernel'),
  slaveOut('out-user', 'user'),
  slaveToSlave('slave-kernel', 'kernel'),
  slaveToSlave('slave-user', 'user'),
  slaveOfGroup('group-kernel', 'kernel'),
  slaveOfGroup('group-user', 'user'),
];

export async function benchSlaves(plan: Plan): Promise<Speed> {
  const lab = new Lab();
  const failures: string[] = [];
  const leftOut: LeftOut[] = [];
  const failed = (what: string) => {
    failures.push(what);
    say(`slaves: FAILED: ${what}`);
  };
  try {
    say(`slaves: building ${VARIANTS.length} variants`);
    const built = await Promise.all(VARIANTS.map((variant, i) => build(variant, lab, `s${i}`, leftOut, failed)));
    const entrants = built.flat();
    const taken = await takeAll(
      entrants,
      { part: 'slaves', plan, repetitions: plan.slaveRepetitions, measures: ['tcp1', 'packets', 'roundTrip'] },
      failed,
    );
    return { ...taken, seconds: plan.seconds, variants: entrants.map(described), leftOut, failures, bpf: [] };
  } finally {
    await lab.dispose();
  }
}
