/** Round trips of ICMP echo, answered in the other host's kernel: no second program is in the figure. */

import { quantile } from '../statistics.js';
import type { Path } from '../variants/variant.js';

export interface RoundTrip {
  readonly medianUs: number;
  readonly p99Us: number;
  readonly lost: number;
}

const INTERVAL_S = 0.002;

export async function roundTrip({ from, address }: Path, seconds: number): Promise<RoundTrip> {
  const count = Math.round(seconds / INTERVAL_S);
  const { stdout } = await from.run(['ping', '-n', '-c', `${count}`, '-i', `${INTERVAL_S}`, '-W', '1', address], {
    env: { LC_ALL: 'C' },
  });
  const times = [...stdout.matchAll(/ time=([\d.]+) ms/g)].map((match) => Number(match[1]) * 1000);
  if (times.length < count / 2) throw new Error(`${times.length} of ${count} echo replies`);
  return { medianUs: quantile(times, 0.5), p99Us: quantile(times, 0.99), lost: count - times.length };
}
