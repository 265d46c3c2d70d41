/** IP addresses as text and as octets. */
import { isIPv4, isIPv6 } from 'node:net';

/** 4 or 16 octets; undefined: it is no address. What follows a `%` is left out. */
export const ipOctets = (text: string): Uint8Array | undefined =>
  isIPv4(text) ? Uint8Array.from(text.split('.').map(Number)) : ipv6Octets(text);

function ipv6Octets(word: string): Uint8Array | undefined {
  const [address = ''] = word.split('%');
  if (!isIPv6(address)) return undefined;
  // An IPv4 address at the end stands for two groups.
  const text = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...octets: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = octets.map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = text.split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return Uint8Array.from(
    [...first, ...zeros, ...last].flatMap((group) => {
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}
