import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { md5 } from '../../src/daemon/md5.js';
import {
  conversationMask,
  conversationPorts,
  linkListOctets,
  parseConversationLinks,
  printConversationLinks,
} from '../../src/mux/conversations.js';

const link = (n: number) => ({ linkNumber: n, port: 100 + n });
const someLinks = fc
  .uniqueArray(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 12 })
  .map((numbers) => numbers.map((n) => ({ linkNumber: n, port: n })));

describe('the links of conversations', () => {
  test('a fixed point of the order, as any other implementation of it must have it', () => {
    const ports = conversationPorts([1, 2, 3, 4].map(link), []);
    expect(ports.slice(0, 16).map((port) => port - 100)).toEqual([4, 3, 1, 1, 1, 1, 4, 1, 1, 4, 2, 2, 3, 1, 2, 2]);
  });

  test('every conversation has a link, whatever the links, and the order in which they are given is none', () => {
    fc.assert(
      fc.property(someLinks, (links) => {
        const ports = conversationPorts(links, []);
        expect(ports).toHaveLength(4096);
        expect(ports.every((port) => links.some((each) => each.port === port))).toBe(true);
        expect(conversationPorts(links.toReversed(), [])).toEqual(ports);
      }),
      { numRuns: 30 },
    );
  });

  test('without one of the links only its own conversations move', () => {
    fc.assert(
      fc.property(someLinks, (links) => {
        const [gone, ...left] = links;
        const before = conversationPorts(links, []);
        const after = conversationPorts(left, []);
        expect(after.filter((port, i) => before[i] !== gone?.port && before[i] !== port)).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test.each([2, 3, 4, 8])('%d links share evenly: none is off by more than a tenth', (n) => {
    const ports = conversationPorts(
      Array.from({ length: n }, (_, i) => link(i + 1)),
      [],
    );
    for (let i = 1; i <= n; i++) {
      const share = ports.filter((port) => port === 100 + i).length / (4096 / n);
      expect(Math.abs(share - 1), `link ${i}`).toBeLessThan(0.1);
    }
  });

  test('a list names the links it prefers; those that are not there are passed over', () => {
    const ranges = [{ first: 5, last: 6, links: [9, 2] }];
    expect(conversationPorts([1, 2].map(link), ranges).slice(5, 7)).toEqual([102, 102]);
    const automatic = conversationPorts([1, 3].map(link), []);
    expect(conversationPorts([1, 3].map(link), ranges)).toEqual(automatic);
  });

  test('no link, no conversation', () => {
    expect(conversationPorts([], [{ first: 0, last: 4095, links: [1] }])).toEqual([]);
  });
});

describe('masks', () => {
  test('conversation 0 is the highest bit of the first octet, 4095 the lowest of the last', () => {
    const ports = Array.from({ length: 4096 }, (_, c) => (c === 0 || c === 9 || c === 4095 ? 1 : 2));
    expect(conversationMask(ports, 1)).toBe(`8040${'00'.repeat(509)}01`);
    expect(conversationMask([], 1)).toBe('00'.repeat(512));
  });
});

describe('the digest', () => {
  test('no list: the numbers of the conversations, 16 bits each', () => {
    const words = linkListOctets([]);
    expect(words).toHaveLength(8192);
    expect([...words.subarray(0, 6), ...words.subarray(8188)]).toEqual([0, 0, 0, 1, 0, 2, 0x0f, 0xfe, 0x0f, 0xff]);
    expect(md5(words)).toMatch(/^[0-9a-f]{32}$/);
  });

  test('a listed conversation: its links, best first, then its number', () => {
    const words = linkListOctets([{ first: 1, last: 2, links: [0x0203, 4] }]);
    expect([...words.subarray(0, 16)]).toEqual([0, 0, 2, 3, 0, 4, 0, 1, 2, 3, 0, 4, 0, 2, 0, 3]);
  });
});

describe('the text of lists', () => {
  test.each(['0-2047:1,2/2048-4095:2,1', '5:65535', '0:1/1:2/2-3:3'])('%s is printed as it is read', (text) => {
    const ranges = parseConversationLinks(text);
    expect(typeof ranges === 'string' ? ranges : printConversationLinks(ranges)).toBe(text);
  });

  test.each([
    ['', 'not a list'],
    ['0-10', 'not a list'],
    ['0-10:', 'not a list'],
    ['0:1;1:2', 'not a list'],
    ['4096:1', 'conversations are numbered 0 to 4095'],
    ['9-3:1', '9-3 runs backwards'],
    ['0:0', 'links are numbered 1 to 65535'],
    ['0:70000', 'links are numbered 1 to 65535'],
    ['0:1,2,1', 'a link is named twice in 0:1,2,1'],
    ['0-10:1/5-6:2', 'conversation 5 is listed twice'],
    ['10-20:1/0-10:2', 'conversation 10 is listed twice'],
  ])('%j: %s', (text, problem) => {
    expect(parseConversationLinks(text)).toContain(problem);
  });
});
