/** Options of vethd itself, on the command line of vethcfg and in a configuration file. */
import { describe, expect, test } from 'vitest';
import { changesBetween } from '../../src/daemon/config/change.js';
import { readConfiguration } from '../../src/daemon/config/read.js';
import { writeConfiguration } from '../../src/daemon/config/write.js';
import { parseDaemonOptions } from '../../src/daemon/daemon-options.js';
import { checkInterfaceName } from '../../src/daemon/interface-name.js';

const read = (text: string) => readConfiguration(text, 'f.yaml');

describe('vethcfg set vethd', () => {
  test('takes a data path', () => expect(parseDaemonOptions(['datapath=user'])).toEqual({ datapath: 'user' }));

  test.each([
    ['datapath=fast', 'datapath=fast: not a data path; say datapath=auto or datapath=kernel or datapath=user'],
    ['rate=fast', 'rate=fast: no such option of vethd; the options are datapath, net-alias-max'],
    ['net-alias-max=many', 'net-alias-max=many: not a number of aliases; say net-alias-max=256 or net-alias-max=0'],
    ['net-alias-max=65537', 'more than 65536'],
  ])('refuses %s', (word, message) => expect(() => parseDaemonOptions([word])).toThrow(message));

  test('no interface can have that name', () =>
    expect(() => checkInterfaceName('VETH', 'vethd')).toThrow(/vethd itself/));
});

test('NA-50 the limit of aliases: by command, in a file, and written back where it is not 256', () => {
  expect(parseDaemonOptions(['net-alias-max=10', 'datapath=user'])).toEqual({ netAliasMax: 10, datapath: 'user' });
  expect(read('net-alias-max: 1000').netAliasMax).toBe(1000);
  expect(writeConfiguration({ interfaces: [], netAliasMax: 0 })).toContain('net-alias-max: 0\n');
  expect(writeConfiguration({ interfaces: [], netAliasMax: 256 })).not.toContain('net-alias-max');
  expect(changesBetween({ interfaces: [], netAliasMax: 256 }, read('net-alias-max: 10'))).toEqual([
    { action: 'change', veth: 'vethd', options: [{ option: 'net-alias-max', from: '256', to: '10' }] },
  ]);
});

describe('datapath in a configuration file', () => {
  test('is read and written back; the default is left out', () => {
    const configuration = read('datapath: kernel');
    expect(configuration).toMatchObject({ datapath: 'kernel', interfaces: [] });
    expect(read(writeConfiguration(configuration)).datapath).toBe('kernel');
    expect(writeConfiguration({ interfaces: [], datapath: 'auto' })).not.toContain('datapath');
  });

  test('differs from what is in force, or is not said and stays', () => {
    const now = { interfaces: [], datapath: 'auto' } as const;
    expect(changesBetween(now, read('datapath: user'))).toEqual([
      { action: 'change', veth: 'vethd', options: [{ option: 'datapath', from: 'auto', to: 'user' }] },
    ]);
    expect(changesBetween(now, read('interfaces: {}'))).toEqual([]);
  });
});
