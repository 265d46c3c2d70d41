import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changesBetween } from '../../../src/daemon/config/change.js';
import { readConfiguration } from '../../../src/daemon/config/read.js';
import { changeView } from '../../../vethcfg/change-view.js';
import { configuration } from './builders.js';

const read = (text: string) => readConfiguration(text, 'f.yaml');
const shown = (before: string, after: string) => changeView({ changes: changesBetween(read(before), read(after)) });

describe('the difference, as it is shown', () => {
  test.each<[what: string, before: string, after: string, view: string]>([
    ['nothing', 'interfaces: { a: { ports: [p] } }', 'interfaces: { a: { ports: { p: } } }', 'no difference\n'],
    [
      'another way to write a value',
      'interfaces: { a: { key: 16 } }',
      'interfaces: { a: { key: 0x10 } }',
      'no difference\n',
    ],
    ['a default that is named', 'interfaces: { a: }', 'interfaces: { a: { rate: slow } }', 'no difference\n'],
    [
      'a new interface with ports',
      '',
      'interfaces: { a: { rate: fast, ports: { p: { speed: 1G }, q: } } }',
      '+ interface a: rate=fast\n+ port p of a: speed=1G\n+ port q of a\n',
    ],
    [
      'changed options',
      'interfaces: { a: { rate: fast, ports: { p: { speed: 1G } } } }',
      'interfaces: { a: { min-links: 2, ports: { p: { speed: 10G } } } }',
      '~ interface a: rate=fast -> slow, min-links=1 -> 2\n~ port p of a: speed=1G -> 10G\n',
    ],
    [
      'a port that goes',
      'interfaces: { a: { ports: [p, q] } }',
      'interfaces: { a: { ports: [q] } }',
      '- port p of a\n',
    ],
    ['an interface that goes', 'interfaces: { a: { ports: [p] } }', '', '- port p of a\n- interface a\n'],
    [
      'a port that moves',
      'interfaces: { a: { ports: [p] }, b: }',
      'interfaces: { a: , b: { ports: [p] } }',
      '+ port p of b\n- port p of a\n',
    ],
  ])('%s', (_, before, after, view) => {
    expect(shown(before, after)).toBe(view);
  });

  test('the order of ports and interfaces in a file is no difference', () => {
    expect(shown('interfaces: { a: { ports: [p, q] }, b: }', 'interfaces: { b: , a: { ports: [q, p] } }')).toBe(
      'no difference\n',
    );
  });
});

test('a change names only things and options that differ', () => {
  fc.assert(
    fc.property(configuration, configuration, (before, after) => {
      expect(changesBetween(before, before)).toEqual([]);
      const there = (interfaces: typeof before.interfaces) =>
        new Set(interfaces.flatMap(({ name, ports }) => [name, ...ports.map((port) => `${name}/${port.name}`)]));
      const [was, is] = [there(before.interfaces), there(after.interfaces)];
      const thing = ({ veth, port }: { veth: string; port?: string | undefined }) =>
        port === undefined ? veth : `${veth}/${port}`;
      const changes = changesBetween(before, after);
      const of = (action: string) =>
        changes
          .filter((change) => change.action === action)
          .map(thing)
          .sort();
      expect(of('add')).toEqual([...is].filter((each) => !was.has(each)).sort());
      expect(of('remove')).toEqual([...was].filter((each) => !is.has(each)).sort());
      for (const { action, options } of changes) {
        if (action !== 'change') continue;
        expect(options).not.toEqual([]);
        for (const { from, to } of options) expect(from).not.toBe(to);
      }
    }),
  );
});
