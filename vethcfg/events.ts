/** `vethcfg events`: the journal of vethd, as it comes. */
import type { Address } from './client.js';
import { WrongChoice } from './conform-errors.js';
import { listen } from './listen.js';
import type { World } from './world.js';

export interface Events {
  readonly address: Address;
  readonly json: boolean;
  readonly follow: boolean;
  /** A port or an interface. */
  readonly name: string | undefined;
  /** A time as `sinceMs` reads it. */
  readonly since: string | undefined;
  readonly world: World;
}

/** With `follow` until Ctrl-C. Throws what `listen` throws, and `WrongChoice`. */
export async function events({ address, json, follow, name, since, world }: Events): Promise<void> {
  const stop = new AbortController();
  const forget = follow ? world.onInterrupt(() => stop.abort()) : () => {};
  const when = since === undefined ? undefined : sinceMs(since, Date.now());
  const args = { follow, json, ...(name !== undefined && { name }), ...(when !== undefined && { sinceMs: when }) };
  const take = ({ lines = [], missed = 0 }: { lines?: readonly string[] | undefined; missed?: number | undefined }) => {
    if (missed > 0) world.stderr(`vethcfg: ${missed} entries were given up before they could be read\n`);
    if (lines.length > 0) world.stdout(`${lines.join('\n')}\n`);
  };
  try {
    await listen(address, 'events', args, take, stop.signal);
  } finally {
    forget();
  }
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `10m`, `2h`, `1d`, or a date and time as `Date` reads it; gives how long ago that is, in milliseconds. */
export function sinceMs(text: string, now: number): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  const date = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  const ago = number === undefined ? now - date : Number(number) * (UNITS[unit] ?? Number.NaN);
  if (ago >= 0) return ago;
  throw new WrongChoice(`--since ${text}: not a time that has been; say 90s, 10m, 2h, 1d or 2026-01-31T12:00:00`);
}
