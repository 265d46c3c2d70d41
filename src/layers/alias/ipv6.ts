/** Aliases of AF_INET6. IPv6 has no classes: without a length an alias is one address, as for ip(8) and ifconfig(8). */
import type { AddressType } from './address-type.js';
import { ipv4 } from './ipv4.js';

const GROUPS = 8;

export const ipv6: AddressType = {
  family: 10,
  name: 'ipv6',
  octets: 16,
  /** All four words, so that addresses of one network and hosts of one number spread alike. */
  word: (address) => [0, 4, 8, 12].reduce((folded, from) => folded ^ ipv4.word(address.subarray(from, from + 4)), 0),
  read(text) {
    const [head = '', tail, ...more] = text.split('::');
    if (more.length > 0) return undefined;
    const before = readGroups(head, tail === undefined);
    const after = tail === undefined ? [] : readGroups(tail, true);
    if (before === undefined || after === undefined) return undefined;
    const missing = GROUPS - before.length - after.length;
    // `::` stands for one group at least.
    if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
    const groups = [...before, ...Array<number>(missing).fill(0), ...after];
    return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
  },
  print: (address) => shorten(Array.from({ length: GROUPS }, (_, i) => groupAt(address, i).toString(16)).join(':')),
  defaultLength: () => 128,
};

const groupAt = (address: Uint8Array, group: number): number =>
  ((address[2 * group] ?? 0) << 8) | (address[2 * group + 1] ?? 0);

/** `last`: the text may end with an IPv4 address. */
function readGroups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const words = text.split(':');
  for (const [index, word] of words.entries()) {
    const quad = last && index === words.length - 1 ? ipv4.read(word) : undefined;
    if (quad !== undefined) groups.push(groupAt(quad, 0), groupAt(quad, 1));
    else if (/^[0-9a-f]{1,4}$/i.test(word)) groups.push(Number.parseInt(word, 16));
    else return undefined;
  }
  return groups;
}

/** RFC 5952: the longest run of two or more zero groups, the first among equals, becomes `::`. */
function shorten(groups: string): string {
  const runs = [...groups.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map((match) => ({ at: match.index, text: match[0] }));
  const [longest] = runs.sort((a, b) => zeros(b.text) - zeros(a.text) || a.at - b.at);
  if (longest === undefined) return groups;
  const after = groups.slice(longest.at + longest.text.length);
  return `${groups.slice(0, longest.at)}::${after.replace(/^:/, '')}`;
}

const zeros = (run: string): number => run.split('0').length;
