/** Times, parts and octets as a person writes them in a scenario. */
import type { Kind } from '../daemon/option-kinds.js';

/** How a value is written and read. */
export type Quantity<T> = Pick<Kind<T>, 'syntax' | 'examples' | 'read'>;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** A day: nobody waits for more. */
const LONGEST = 86_400_000;

/** Milliseconds: `1.5s`, `200ms`, `2m`, `1h`; a number alone is seconds. */
export const TIME: Quantity<number> = {
  syntax: 'TIME',
  examples: ['10s', '200ms', '2m'],
  read(text) {
    const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
    const value = Number(number) * (UNITS[unit] ?? Number.NaN);
    if (Number.isNaN(value)) return { ok: false, problem: 'not a time' };
    return value > LONGEST ? { ok: false, problem: 'longer than 24 hours' } : { ok: true, value };
  },
};

/** A part of the frames: `10%`, or 0 to 1. */
export const PART: Quantity<number> = {
  syntax: 'PART',
  examples: ['10%', '0.1'],
  read(text) {
    const [, number, percent] = /^(\d+(?:\.\d+)?)(%)?$/.exec(text) ?? [];
    const value = Number(number) / (percent === undefined ? 1 : 100);
    if (Number.isNaN(value)) return { ok: false, problem: 'not a part of the frames' };
    return value > 1 ? { ok: false, problem: 'more than all frames' } : { ok: true, value };
  },
};

/** Of an Ethernet frame, header first; blanks and colons between them are free. */
export const OCTETS: Quantity<Uint8Array> = {
  syntax: 'HEX',
  examples: ["'0180c2000002 020000000001 8809 01...'"],
  read(text) {
    const digits = text.replaceAll(/[\s:]/g, '');
    if (!/^([0-9a-fA-F]{2})+$/.test(digits)) return { ok: false, problem: 'not pairs of hexadecimal digits' };
    if (digits.length < 28) return { ok: false, problem: 'shorter than an Ethernet header' };
    if (digits.length > 3_028) return { ok: false, problem: 'longer than an Ethernet frame' };
    return { ok: true, value: Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) };
  },
};
