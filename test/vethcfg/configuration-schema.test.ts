/** The JSON Schema for editors says the same as vethd: what one takes the other takes. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfiguration } from '../../src/daemon/config/read.js';
import { writeConfiguration } from '../../src/daemon/config/write.js';
import { OPTIONS } from '../../src/daemon/options.js';
import { configurationSchema } from '../../vethcfg/configuration-schema.js';
import { configuration } from '../daemon/config/builders.js';
import { vethcfg } from './support.js';

const schema = z.fromJSONSchema(configurationSchema() as Parameters<typeof z.fromJSONSchema>[0]);
const schemaTakes = (text: string) => schema.safeParse(parse(text)).success;

function vethdTakes(text: string): boolean {
  try {
    readConfiguration(text, 'f.yaml');
    return true;
  } catch {
    return false;
  }
}

const veth0 = (body: string) => `interfaces: { veth0: { ${body} } }`;
const eth0 = (body: string) => veth0(`ports: { eth0: { ${body} } }`);

describe('both take', () => {
  test.each([
    '',
    'interfaces:',
    'interfaces: { veth0: }',
    'datapath: user',
    veth0('ports: [eth0, eth1]'),
    veth0('ports:'),
    veth0('ports: { eth0: }'),
    veth0('agg_wc: true'),
    veth0('agg_wc: 0'),
    veth0('key: 0x100'),
    veth0('lacp: off'),
    veth0('mac: 02-00-00-00-00-01'),
    eth0('speed: 2.5G'),
    eth0('speed: 1000'),
    eth0('agg_wc: auto'),
    readFileSync(new URL('../../docs/vethd.yaml', import.meta.url), 'utf8'),
  ])('%s', (text) => {
    expect({ vethd: vethdTakes(text), schema: schemaTakes(text) }).toEqual({ vethd: true, schema: true });
  });

  test('every default, of interface and port', () => {
    for (const { name, aggregator, port } of OPTIONS) {
      const quoted = (text: string) => (/^\d+$/.test(text) ? text : JSON.stringify(text));
      if (aggregator !== undefined)
        expect(schemaTakes(veth0(`${name}: ${quoted(aggregator.fallback)}`)), name).toBe(true);
      if (port !== undefined) expect(schemaTakes(eth0(`${name}: ${quoted(port.fallback)}`)), name).toBe(true);
    }
  });

  test('whatever vethcfg save writes', () => {
    fc.assert(
      fc.property(configuration, (each) => {
        const text = writeConfiguration(each);
        expect(schema.safeParse(parse(text)).error?.issues, text).toBeUndefined();
      }),
    );
  });
});

describe('neither takes', () => {
  test.each([
    'interface: {}',
    '[]',
    'interfaces: []',
    'interfaces: { a/b: }',
    'interfaces: { averyveryverylongname: }',
    veth0('rate: quick'),
    veth0('reat: fast'),
    veth0('speed: 1G'),
    veth0('min-links: 0'),
    veth0('key: 65536'),
    veth0('mac: 1'),
    veth0('ports: eth0'),
    veth0('ports: [eth0, eth0]'),
    veth0('rate: [fast]'),
    eth0('rate: fast'),
    eth0('speed: 1K'),
    eth0('port-priority: high'),
  ])('%s', (text) => {
    expect({ vethd: vethdTakes(text), schema: schemaTakes(text) }).toEqual({ vethd: false, schema: false });
  });
});

test('vethcfg schema prints it, with the help of every option', async () => {
  const { code, stdout } = await vethcfg(['schema']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(configurationSchema());
  for (const { help } of OPTIONS) expect(stdout).toContain(JSON.stringify(help).slice(1, -1));
});
