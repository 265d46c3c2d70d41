import { expect, test } from 'vitest';
import { element, escaped, joined, wrapped } from '../../src/pictures/svg.js';

test('words of any origin stay words', () => {
  expect(escaped(`<img src=x onerror="alert('1')">&amp;`)).toBe(
    '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;',
  );
  expect(escaped('a\u0000b\nc\u202ed\ud800e')).toBe('a\ufffdb\ufffdc\ufffdd\ufffde');
  expect(element('text', { x: 1.2345, title: '"><script>', left: undefined })).toBe(
    '<text x="1.2" title="&quot;&gt;&lt;script&gt;"/>',
  );
});

test('lines are no longer than they may be, and words are not lost before the last line', () => {
  expect(wrapped('kept out: key 004d of the port', 12)).toEqual(['kept out:', 'key 004d of', 'the port']);
  expect(wrapped('abcdefghij kl', 4)).toEqual(['abcd', 'efgh', 'ij', 'kl']);
  expect(wrapped('one two three four', 5, 2)).toEqual(['one', 'two…']);
  expect(joined(['in use', '10 Gbit/s', 'DISTRIBUTING'], 20)).toEqual(['in use · 10 Gbit/s', 'DISTRIBUTING']);
});
