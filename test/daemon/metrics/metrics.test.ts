/** The metrics, as a scraper reads them. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WhyResult } from '../../../src/daemon/messages.js';
import { metricFamilies, metrics } from '../../../src/daemon/metrics/metrics.js';
import { metricsText } from '../../../src/daemon/metrics/text.js';
import { EXIT } from '../../../vethcfg/exit.js';
import { fakeVethd, vethcfg } from '../../vethcfg/support.js';
import { portStatus, shownAggregator, shownPort, showResult } from '../builders.js';
import { parseMetrics } from './parse-metrics.js';

const verdict = {
  text: '',
  machine: 'Receive',
  clause: 'x.4.12',
  forSeconds: undefined,
  field: undefined,
  own: undefined,
  other: undefined,
  repair: '',
} as const;
const told = { veth: 'veth0', inUse: true, receive: 'CURRENT', mux: 'DISTRIBUTING' } as const;
const why: WhyResult = {
  ports: [
    { ...told, port: 'eth0', verdicts: [] },
    {
      ...told,
      port: 'eth1',
      verdicts: [
        { ...verdict, cause: 'nothing-heard', weight: 'obstacle', side: 'partner' },
        { ...verdict, cause: 'timers-differ', weight: 'remark', side: 'here' },
        { ...verdict, cause: 'timers-differ', weight: 'remark', side: 'here', field: 'other' },
      ],
    },
  ],
  process: [],
};
const { counters } = portStatus({});
const ports = [
  shownPort({}),
  shownPort({
    name: 'eth1',
    number: 2,
    mux: 'WAITING',
    receive: 'DEFAULTED',
    distributing: false,
    share: undefined,
    speed: undefined,
    counters: { ...counters, illegalRx: { 'too-short': 3, 'illegal-subtype': 4 } },
  }),
];
const show = showResult([shownAggregator({ ports })]);
const parsed = parseMetrics(metrics(show, why));
const value = (series: string) => parsed.get(series.replace(/\{.*/, ''))?.samples.get(series);
const eth1 = 'veth="veth0",port="eth1"';

test.each([
  ['dot3ad_agg_port_stats_lacpdus_rx_total{veth="veth0",port="eth0"}', 12],
  ['dot3ad_agg_port_stats_lacpdus_tx_total{veth="veth0",port="eth0"}', 13],
  [`dot3ad_agg_port_stats_illegal_rx_total{${eth1}}`, 7],
  [`vethd_port_illegal_frames_total{${eth1},reason="too-short"}`, 3],
  ['dot3ad_agg_port_debug_rx_state{veth="veth0",port="eth0",state="CURRENT"}', 1],
  ['dot3ad_agg_port_debug_rx_state{veth="veth0",port="eth0",state="EXPIRED"}', 0],
  [`dot3ad_agg_port_debug_mux_state{${eth1},state="WAITING"}`, 1],
  ['dot3ad_agg_port_debug_actor_churn_count_total{veth="veth0",port="eth0"}', 4],
  ['dot3ad_agg_port_debug_partner_change_count_total{veth="veth0",port="eth0"}', 9],
  ['dot3ad_agg_port_partner_oper_state{veth="veth0",port="eth0",bit="synchronization"}', 1],
  ['dot3ad_agg_port_partner_oper_key{veth="veth0",port="eth0"}', 27],
  [
    'dot3ad_agg_info{veth="veth0",mac_address="02:00:00:00:00:01",actor_system_id="02:00:00:00:00:01",partner_system_id="00:01:e6:16:87:80"}',
    1,
  ],
  ['vethd_build_info{version="0.1.0"}', 1],
  ['vethd_carrier{veth="veth0"}', 1],
  ['vethd_port_receive_bytes_total{veth="veth0",port="eth0"}', 1_500_000],
  ['vethd_port_speed_bytes_per_second{veth="veth0",port="eth0"}', 125_000_000],
  ['vethd_port_buckets_ratio{veth="veth0",port="eth0"}', 0.5],
  [`vethd_port_verdict{${eth1},cause="nothing-heard",weight="obstacle",side="partner"}`, 1],
])('%s is %d', (series, expected) => expect(value(series)).toBe(expected));

test('what is not known is absent', () => {
  expect(value(`vethd_port_speed_bytes_per_second{${eth1}}`)).toBeUndefined();
  expect(value(`vethd_port_buckets_ratio{${eth1}}`)).toBeUndefined();
});

test('the control loop is a histogram that adds up', () => {
  const samples = parsed.get('vethd_control_loop_lateness_seconds')?.samples ?? new Map();
  const rest = (series: string) => series.replace('vethd_control_loop_lateness_seconds', '');
  expect([...samples].map(([series, count]) => [rest(series), count])).toEqual([
    ['_bucket{le="0.001"}', 990],
    ['_bucket{le="0.002"}', 990],
    ['_bucket{le="0.005"}', 1_000],
    ['_bucket{le="+Inf"}', 1_000],
    ['_sum', 1.5],
    ['_count', 1_000],
  ]);
});

test('a vethd without interfaces has metrics too', () => {
  expect([...parseMetrics(metrics(showResult([]), { ports: [], process: [] })).keys()]).toEqual([
    'vethd_build_info',
    'vethd_datapath_info',
    'vethd_interfaces',
    'vethd_control_loop_lateness_seconds',
  ]);
});

test('labels of any kind can be read again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (name, help) => {
      const samples = [{ labels: { port: name, veth: name }, value: 1.5 }];
      const text = metricsText([{ name: 'x', type: 'gauge', help: `h${help}`, samples }]);
      expect([...(parseMetrics(text).get('x')?.samples.values() ?? [])]).toEqual([1.5]);
    }),
  );
});

test('docs/metrics.md has every metric with its type, and no other', () => {
  const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `(\w+)` +\| (\w+) +\|/gm)].map(([, name, type]) => `${name} ${type}`);
  const reduced = { part: 'filter', why: '', effect: '' } as const;
  const families = metricFamilies({ ...show, reduced: [reduced] }, why);
  expect(documented.sort()).toEqual(families.map(({ name, type }) => `${name} ${type}`).sort());
});

test('vethcfg metrics prints them, and with --json as a document', async () => {
  const { runDir } = await fakeVethd((command) => (command === 'show' ? show : why));
  const { code, stdout } = await vethcfg(['--run-dir', runDir, 'metrics']);
  expect(code).toBe(EXIT.done);
  expect(stdout).toBe(metrics(show, why));
  const json = JSON.parse((await vethcfg(['--run-dir', runDir, '--json', 'metrics'])).stdout);
  expect(json[0]).toMatchObject({ name: 'vethd_build_info', samples: [{ labels: { version: '0.1.0' } }] });
});
