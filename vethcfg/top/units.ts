/** Numbers in at most three digits and a unit, so that columns keep their width. */

/** `0 bit/s`, `1.23 kbit/s`, `940 Mbit/s`; at most 11 characters. */
export const bitsPerSecond = (bits: number | undefined): string =>
  bits === undefined ? '-' : scaled(bits, (prefix) => ` ${prefix}bit/s`);

/** `0`, `12`, `81.3k`; at most 5 characters. */
export const perSecond = (count: number | undefined): string =>
  count === undefined ? '-' : scaled(count, (prefix) => prefix);

/** `0 %` to `100 %`. */
export const percent = (part: number | undefined): string => (part === undefined ? '-' : `${Math.round(part * 100)} %`);

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];

function scaled(value: number, unit: (prefix: string) => string): string {
  let rest = value;
  let index = 0;
  // 999.6 would become 1000, four digits.
  while (rest >= 999.5 && index < PREFIXES.length - 1) {
    rest /= 1_000;
    index += 1;
  }
  const digits = index === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  return `${rest.toFixed(digits)}${unit(PREFIXES[index] ?? '')}`;
}
