import { describe, expect, test } from 'vitest';
import { DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../../../src/aggregator/settings.js';
import { FileRefusal } from '../../../src/daemon/config/problems.js';
import { readConfiguration } from '../../../src/daemon/config/read.js';
import { OPTIONS } from '../../../src/daemon/options.js';

const read = (text: string) => readConfiguration(text, 'f.yaml');

/** Everything that is wrong, a line each. */
function problems(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof FileRefusal) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('right files', () => {
  test('interfaces, their options, ports, their options; what is not named has its default', () => {
    const { interfaces } = read(`
interfaces:
  veth0:
    rate: fast
    min-links: 2
    ports:
      eth0:
      eth1: { port-priority: 100, speed: 10G }
  veth1:
    ports: [eth2, eth3]
`);
    expect(interfaces).toEqual([
      {
        name: 'veth0',
        settings: { ...DEFAULT_AGGREGATOR, rate: 'fast', minLinks: 2 },
        ports: [
          { name: 'eth0', settings: DEFAULT_PORT },
          { name: 'eth1', settings: { ...DEFAULT_PORT, portPriority: 100, speed: 10_000 } },
        ],
      },
      {
        name: 'veth1',
        settings: DEFAULT_AGGREGATOR,
        ports: ['eth2', 'eth3'].map((name) => ({ name, settings: DEFAULT_PORT })),
      },
    ]);
  });

  test.each(['', '# nothing', 'interfaces:', 'interfaces: {}', '---\n', '{}'])('%j has no interfaces', (text) => {
    expect(read(text).interfaces).toEqual([]);
  });

  test.each([
    ['key: 256', { key: 256 }],
    ['key: 0x100', { key: 256 }],
    ['key: "256"', { key: 256 }],
    ['agg_wc: 0', { agg_wc: false }],
    ['agg_wc: false', { agg_wc: false }],
    ['agg_wc: true', { agg_wc: true }],
    ['lacp: off', { lacp: 'off' }],
    ['mac: 02:00:00:00:00:11', { mac: '02:00:00:00:00:11' }],
    ['mac: auto', {}],
  ])('a value as YAML has it: %s', (line, settings) => {
    expect(read(`interfaces: { veth0: { ${line} } }`).interfaces[0]?.settings).toEqual({
      ...DEFAULT_AGGREGATOR,
      ...settings,
    });
  });

  test('numbers keep the form in which they were written: an interface may be called 0x10', () => {
    expect(read('interfaces: { 1.0: { ports: [0x10, null] } }').interfaces).toMatchObject([
      { name: '1.0', ports: [{ name: '0x10' }, { name: 'null' }] },
    ]);
  });

  test('aliases stand for what they name', () => {
    const { interfaces } = read(`
interfaces:
  veth0:
    ports:
      eth0: &spare { port-priority: 60000 }
      eth1: *spare
`);
    expect(interfaces[0]?.ports.map(({ settings }) => settings.portPriority)).toEqual([60_000, 60_000]);
  });

  test('every option of the table is read, at its place', () => {
    for (const { name, aggregator, port } of OPTIONS) {
      if (aggregator !== undefined) read(`interfaces: { veth0: { ${name}: "${aggregator.fallback}" } }`);
      if (port !== undefined) read(`interfaces: { veth0: { ports: { eth0: { ${name}: "${port.fallback}" } } } }`);
    }
  });

  test('line and column of everything are known afterwards', () => {
    const { places } = read('interfaces:\n  veth0:\n    rate: fast\n    ports: { eth0: { speed: 1G } }\n');
    expect(Object.fromEntries(places)).toEqual({
      veth0: { line: 2, column: 3 },
      'veth0 rate': { line: 3, column: 5 },
      'veth0/eth0': { line: 4, column: 14 },
      'veth0/eth0 speed': { line: 4, column: 22 },
    });
  });
});

const of = (body: string) => `interfaces:\n  veth0:\n    ${body}\n`;

describe('one thing wrong: where, what, why, and what would be right', () => {
  test.each<[text: string, message: string]>([
    [of('rate: quick'), '3:11: veth0.rate: quick: not a rate; say rate: fast or slow'],
    [of('rate:'), '3:10: veth0.rate: has no value; say rate: fast or slow'],
    [of('rate: [fast]'), '3:11: veth0.rate: takes one value, not a list or map; say rate: fast or slow'],
    [of('min-links: 0'), '3:16: veth0.min-links: 0: less than 1; say min-links: 1..256'],
    [of('key: 0x1ffff'), '3:10: veth0.key: 0x1ffff: more than 65535; say key: 1..65535 or auto'],
    [of('mac: 1'), '3:10: veth0.mac: 1: not a MAC address; say mac: 02:00:00:00:00:01, random or auto'],
    [of('agg_wc: yes'), '3:13: veth0.agg_wc: yes: neither 1 nor 0; say agg_wc: 1 or 0'],
    [of('reat: fast'), '3:5: veth0.reat: no such option; did you mean rate?'],
    [of('min_links: 2'), '3:5: veth0.min_links: no such option; did you mean min-links?'],
    [of('port: [eth0]'), '3:5: veth0.port: no such option; did you mean ports?'],
    [of('speed: 1G'), '3:5: veth0.speed: an option of a port, not of the interface; write it below a port'],
    [
      of('ports: { eth0: { rate: fast } }'),
      '3:22: veth0.ports.eth0.rate: an option of the interface, not of a port; write it beside ports',
    ],
    [of('ports: { eth0: { sped: 1G } }'), '3:22: veth0.ports.eth0.sped: no such option; did you mean speed?'],
    [
      of('ports: { eth0: { speed: 1K } }'),
      '3:29: veth0.ports.eth0.speed: 1K: not a speed; say speed: 100, 1G, 2.5G, 10G or auto',
    ],
    [of('rate: fast\n    rate: slow'), '4:5: veth0.rate: given twice; give it once'],
    [of('ports: [eth0, eth0]'), '3:19: veth0.ports.eth0: already a port of veth0; name each port once'],
    [of('ports: [veth0]'), '3:13: veth0.ports.veth0: an interface cannot contain itself; name each port once'],
    [
      'interfaces: { veth0: { ports: [eth0, veth1] }, veth1: { ports: [veth2] }, veth2: { ports: [veth0] } }',
      '1:15: veth0: it would lie on itself: veth0 -> veth1 -> veth2 -> veth0; leave one of these out',
    ],
    [of('ports: eth0'), '3:12: veth0.ports: not a map; write ports: [eth0, eth1], or a map from port to options'],
    [
      of('ports: [eth0: { speed: 1G }]'),
      '3:13: veth0.ports: a list holds names only; write ports as a map to give them options: ports: { eth0: { port-priority: 100 } }',
    ],
    [of('rate: *fast'), '3:11: *fast: no value has this name; write &fast before a value above'],
    [of('ports: *these'), '3:12: *these: no value has this name; write &these before a value above'],
    [of('? [a]\n    : 1'), '3:7: veth0: a key that is no name; write veth0: { ports: [eth0] }'],
    [
      'interface: {}',
      '1:1: interface: no such key; the keys here are interfaces, links, aliases, datapath and net-alias-max',
    ],
    ['datapath: fast', '1:11: datapath: fast: not a data path; say datapath: auto, kernel or user'],
    ['- veth0', '1:1: the file: not a map; write interfaces: {}'],
    ['interfaces: [veth0]', '1:13: interfaces: not a map; write interfaces: { veth0: { ports: [eth0] } }'],
    ['interfaces: { veth0: fast }', '1:22: veth0: not a map; write veth0: { ports: [eth0] }'],
    [
      'interfaces: { a/b: }',
      "1:15: VETH 'a/b': has characters that an interface name cannot have; say a name such as veth0 or eth0",
    ],
    [
      of('ports: [averyveryverylongname]'),
      "3:13: PORT 'averyveryverylongname': longer than 15 octets; say a name such as veth0 or eth0",
    ],
    ['interfaces:\n  veth0:\n  veth0:\n', '3:3: interfaces.veth0: given twice; give it once'],
    [
      of('min-links: 3\n    max-links: 2'),
      '2:3: veth0: min-links=3 can never be reached with max-links=2; say min-links=2, or max-links=3',
    ],
  ])('%j', (text, message) => {
    expect(problems(text)).toEqual([`f.yaml:${message}`]);
  });

  test('NB-6 mode=alias with two ports, be they there or not', () => {
    expect(problems(of('mode: alias\n    ports: [eth0, eth9]'))).toEqual([
      'f.yaml:2:3: veth0: mode=alias has exactly one port, and there would be 2; say mode=lacp, mode=fec or mode=active-backup, or leave veth0 one port',
    ]);
  });

  test('an option that resembles none is answered with all that stand there', () => {
    const [message = ''] = problems(of('colour: blue'));
    expect(message).toMatch(/^f\.yaml:3:5: veth0\.colour: no such option; the options here are ports, /);
    for (const { name, aggregator } of OPTIONS) if (aggregator !== undefined) expect(message).toContain(name);
  });

  test('a port of two interfaces', () => {
    expect(problems('interfaces:\n  veth0: { ports: [eth0] }\n  veth1: { ports: [eth0] }\n')).toEqual([
      'f.yaml:3:20: veth1.ports.eth0: already a port of veth0; name each port once',
    ]);
  });

  test.each([
    ['interfaces: {', 1],
    ['interfaces:\n  veth0:\n rate: fast\n', 2],
    ['a: 1\n---\nb: 2\n', 2],
    ['interfaces:\n\tveth0:\n', 2],
    ['interfaces: "', 1],
  ])('what is no YAML: %j', (text, line) => {
    expect(problems(text)[0]).toMatch(new RegExp(`^f\\.yaml:${line}:\\d+: YAML: .`));
  });
});

test('all that is wrong is said at once, in the order of the file', () => {
  expect(
    problems(`
interfaces:
  veth0:
    rate: quick
    ports:
      eth0: { sped: 1G }
      lo/: {}
  veth1: { min-links: x }
typo: 1
`).map((line) => line.split(': ').slice(0, 2).join(': ')),
  ).toEqual([
    'f.yaml:4:11: veth0.rate',
    'f.yaml:6:15: veth0.ports.eth0.sped',
    "f.yaml:7:7: PORT 'lo/'",
    'f.yaml:8:23: veth1.min-links',
    'f.yaml:9:1: typo',
  ]);
});

test('the parts of a problem are apart too, for editors and scripts', () => {
  expect.assertions(1);
  try {
    read(of('rate: quick'));
  } catch (error) {
    expect((error as FileRefusal).problems).toEqual([
      { line: 3, column: 11, thing: 'veth0.rate', problem: 'quick: not a rate', repair: 'say rate: fast or slow' },
    ]);
  }
});
