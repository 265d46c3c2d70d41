/** The state of LACP by the names of openconfig-lacp, and its schema. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../../../src/aggregator/settings.js';
import { openconfigLacp } from '../../../src/daemon/openconfig/document.js';
import { OPENCONFIG_LACP, openconfigSchemaText } from '../../../src/daemon/openconfig/schema.js';
import { EXIT } from '../../../vethcfg/exit.js';
import { twoSystems } from '../../support/system-lab.js';
import { fakeVethd, vethcfg } from '../../vethcfg/support.js';
import { portStatus, shownAggregator, shownPort, showResult, state } from '../builders.js';

/** What a program with the published schema takes. */
const schema = z.fromJSONSchema(JSON.parse(openconfigSchemaText()));
const takes = (tree: unknown) => schema.safeParse({ [OPENCONFIG_LACP]: tree }).success;

const { counters } = portStatus({});
const inUse = shownPort({
  counters: { ...counters, unknownRx: 5, illegalRx: { 'lacpdu-too-short': 2, 'illegal-subtype': 1 } },
  timeouts: { changes: 4, lastAt: 9_000 },
  settings: { ...DEFAULT_PORT, portPriority: 99 },
});
const alone = shownPort({
  name: 'eth1',
  number: 2,
  actor: { ...inUse.actor, Port: 2, State: state({ LACP_Timeout: true }) },
  partner: { ...inUse.partner, System: '00:00:00:00:00:00', Key: 0, Port: 0 },
});
const veth0 = shownAggregator({
  settings: { ...DEFAULT_AGGREGATOR, rate: 'fast', fallback: 'one' },
  ports: [inUse, alone],
});
const show = { ...showResult([veth0]), clock: { now: 10_000, time: 1_700_000_000_000 } };

test('interface and port in full', () => {
  expect(openconfigLacp({ ...show, aggregators: [{ ...veth0, ports: [inUse] }] })).toEqual({
    interfaces: {
      interface: [
        {
          name: 'veth0',
          config: { name: 'veth0', interval: 'FAST', 'lacp-mode': 'ACTIVE', 'system-priority': 32768, fallback: true },
          state: {
            name: 'veth0',
            interval: 'FAST',
            'lacp-mode': 'ACTIVE',
            'system-id-mac': '02:00:00:00:00:01',
            'system-priority': 32768,
            fallback: true,
          },
          members: {
            member: [
              {
                interface: 'eth0',
                config: { interface: 'eth0', 'port-priority': 99 },
                state: {
                  interface: 'eth0',
                  'port-priority': 32768,
                  activity: 'ACTIVE',
                  timeout: 'LONG',
                  synchronization: 'IN_SYNC',
                  aggregatable: true,
                  collecting: true,
                  distributing: true,
                  'system-id': '02:00:00:00:00:01',
                  'oper-key': 256,
                  'port-num': 1,
                  'partner-id': '00:01:e6:16:87:80',
                  'partner-key': 27,
                  'partner-port-num': 7,
                  'partner-port-priority': 128,
                  'last-change': '1699999999000000000',
                  counters: {
                    'lacp-in-pkts': '12',
                    'lacp-out-pkts': '13',
                    'lacp-rx-errors': '2',
                    'lacp-unknown-errors': '5',
                    'lacp-errors': '3',
                    'lacp-timeout-transitions': '4',
                  },
                },
              },
            ],
          },
        },
      ],
    },
  });
});

test('without a partner there is nothing of one; passive, short, out of sync', () => {
  const member = openconfigLacp(show).interfaces.interface[0]?.members.member[1];
  expect(member?.state).toMatchObject({ activity: 'PASSIVE', timeout: 'SHORT', synchronization: 'OUT_SYNC' });
  expect(Object.keys(member?.state ?? {}).filter((name) => /^partner|last-change/.test(name))).toEqual([]);
});

test('an interface without LACP is not among the LACP-enabled ones', () => {
  const off = { ...veth0, settings: { ...DEFAULT_AGGREGATOR, lacp: 'off' as const } };
  expect(openconfigLacp({ ...show, aggregators: [off] })).toEqual({ interfaces: { interface: [] } });
});

describe('schema', () => {
  test('takes what is given, of all kinds of ports and of none', () => {
    expect(takes(openconfigLacp(show))).toBe(true);
    expect(takes(openconfigLacp(showResult([])))).toBe(true);
  });

  type Change = (document: string) => string;
  test.each<[string, Change]>([
    ['a counter that is a number', (text) => text.replace('"lacp-in-pkts":"12"', '"lacp-in-pkts":12')],
    ['a name that is not in the model', (text) => text.replace('"oper-key"', '"operational-key"')],
    ['an enumeration in small letters', (text) => text.replace('"IN_SYNC"', '"in_sync"')],
    ['a key that is too large', (text) => text.replace('"oper-key":256', '"oper-key":65536')],
    ['an address with dashes', (text) => text.replace('00:01:e6:16:87:80', '00-01-e6-16-87-80')],
  ])('does not take %s', (_, change) => {
    const text = JSON.stringify(openconfigLacp(show));
    expect(change(text)).not.toBe(text);
    expect(takes(JSON.parse(change(text)))).toBe(false);
  });
});

test('docs/openconfig.md has every name of the tree', () => {
  const page = readFileSync(new URL('../../../docs/openconfig.md', import.meta.url), 'utf8');
  const leaves = (node: unknown, path: string): string[] => {
    if (Array.isArray(node)) return node.flatMap((each) => leaves(each, path));
    if (typeof node !== 'object' || node === null) return [path];
    return Object.entries(node).flatMap(([name, value]) => leaves(value, path === '' ? name : `${path}/${name}`));
  };
  const withId = { ...veth0, settings: { ...veth0.settings, systemId: '02:00:00:00:00:01' } };
  const given = new Set(leaves(openconfigLacp({ ...show, aggregators: [withId] }), ''));
  const documented = [...page.matchAll(/^\| `([^`]+)` +\| [^-]/gm)].map(([, path = '']) => path);
  const short = (path: string) => path.replace('interfaces/interface/', '').replace('members/member/', 'member/');
  expect(documented.sort()).toEqual([...given].map(short).sort());
});

test('vethcfg gives the tree alone, or in the document of --json show; and its schema', async () => {
  const { runDir } = await fakeVethd(() => show);
  const cfg = async (...words: string[]) => {
    const { code, stdout } = await vethcfg(['--run-dir', runDir, ...words]);
    expect(code).toBe(EXIT.done);
    return JSON.parse(stdout);
  };
  const tree = { [OPENCONFIG_LACP]: openconfigLacp(show) };
  expect(await cfg('show', '--openconfig')).toEqual(tree);
  expect(await cfg('--json', 'show')).toMatchObject({ version: '0.1.0', aggregators: [{ name: 'veth0' }], ...tree });
  expect(await cfg('schema', 'openconfig')).toEqual(JSON.parse(openconfigSchemaText()));
});

test('timeouts of the partner count when they begin and when they end', () => {
  const lab = twoSystems(1, { rate: 'fast' }, { rate: 'fast' }, 1);
  const [cable] = lab.cables;
  const timeouts = () => lab.a.system.status().aggregators[0]?.ports[0]?.timeouts;
  lab.clock.advance(5_000);
  expect(timeouts()).toEqual({ changes: 0, lastAt: undefined });
  if (cable !== undefined) cable.cut = true;
  lab.clock.advance(10_000);
  const begun = timeouts();
  expect(begun?.changes).toBe(1);
  expect(begun?.lastAt).toBeGreaterThan(5_000);
  if (cable !== undefined) cable.cut = false;
  lab.clock.advance(5_000);
  expect(timeouts()?.changes).toBe(2);
  expect(timeouts()?.lastAt).toBeGreaterThan(15_000);
});
