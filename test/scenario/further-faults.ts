/** Further faults: of waiting, of what is set here, and of time. */
import type { BridgePort } from '../../src/aggregator/io.js';
import { setCable } from '../support/system-lab.js';
import { after, pair, ports, type Row, tester } from './fault-injection.js';

/** Both ends bridge, and one has a port that its bridge makes something of. */
const bridged = (bridge: BridgePort) =>
  after((lab) => {
    for (const system of [lab.a, lab.b]) system.set({ mode: 'bridge' });
    lab.a.link(1, { bridge });
  });

export const FURTHER_FAULTS: readonly Row[] = [
  [
    'the partner individual, beside links that are not',
    () => after(({ b }) => b.system.setPort(2, { ...b.port(2).settings, aggregation: false })),
    { cause: 'individual', own: 'aggregatable', other: 'individual', side: 'partner' },
    2,
  ],
  [
    'speed unknown with agg_wc=1',
    () => after(({ a }) => a.link(1, { speed: undefined })),
    { cause: 'admitted-by-agg_wc', weight: 'condition', side: 'none' },
  ],
  [
    'two devices with one identity, or a hub',
    () => {
      const lab = tester({ links: 2 });
      lab.link(2).become({ Port: 1 });
      return lab.bringUp().dut;
    },
    { cause: 'duplicate-partner', side: 'partner' },
  ],
  [
    'waiting for another port of the aggregator, which came later',
    () => {
      const lab = pair(2);
      setCable(lab, 2, false);
      lab.clock.advance(500);
      lab.a.set({ lacp: 'off' });
      lab.a.set({ lacp: 'active' });
      lab.clock.advance(1_500);
      setCable(lab, 2, true);
      lab.clock.advance(1_000);
      return lab.a;
    },
    { cause: 'waits-for-others', machine: 'Mux', side: 'none' },
  ],
  [
    'a port that is being removed',
    () => after(({ a }) => a.system.removePort(1, () => {}), 2, 0),
    { cause: 'leaving', side: 'none' },
  ],
  [
    'mode=fec: a static group, whose links are up',
    () => after((lab) => [lab.a, lab.b].map((system) => system.set({ mode: 'fec' })), 2, 70_000),
    { cause: 'static', text: 'static: link up', weight: 'condition', side: 'none' },
  ],
  [
    'mode=fec, and the far end speaks LACP',
    () => after(({ a }) => a.set({ mode: 'fec' })),
    { cause: 'lacp-ignored', weight: 'condition', side: 'partner' },
  ],
  [
    'mode=active-backup: another port carries, for longer than churn takes',
    () => after((lab) => [lab.a, lab.b].map((system) => system.set({ mode: 'active-backup' })), 2, 70_000),
    { cause: 'standby', text: 'active-backup: stands by, eth1 carries', side: 'none' },
    2,
  ],
  [
    'mode=bridge: the loop guard has blocked the port',
    () => bridged({ state: 'blocking', loop: { other: 2 } }),
    { cause: 'bridge-loop', weight: 'obstacle', side: 'link', since: 10_000 },
  ],
  [
    'mode=bridge: spanning tree has blocked the port',
    () => bridged({ state: 'blocking' }),
    { cause: 'spanning-tree-blocks', weight: 'obstacle', side: 'none', since: 10_000 },
  ],
  [
    'mode=bridge: spanning tree makes the port wait',
    () => bridged({ state: 'learning' }),
    { cause: 'spanning-tree-waits', weight: 'obstacle', side: 'none' },
  ],
  [
    'carrier lost, with down-delay',
    () =>
      after(({ a }) => {
        a.set({ downDelay: 60_000 });
        a.setLink(1, false);
      }),
    { cause: 'down-delay', weight: 'condition', side: 'link', since: 10_000 },
  ],
  [
    'the partner as set is this system',
    () =>
      tester(
        { port: { partnerSystem: '02:aa:00:00:00:00', partnerKey: 0x100, partnerPort: 1, partnerState: 'ASCD' } },
        { lacp: 'passive' },
      ).advance(20_000).dut,
    { cause: 'partner-set-is-us', side: 'here' },
  ],
  [
    'gate closed for longer than churn takes: the gate, not churn',
    () => after(({ a }) => ports({ gate: 'closed' }, a), 2, 70_000),
    { cause: 'gate-closed' },
  ],
  [
    'the partner out of sync for longer than churn takes: not churn',
    () => after(({ b }) => ports({ gate: 'closed' }, b), 2, 70_000),
    { cause: 'partner-not-in-sync' },
  ],
  [
    'the far end has no carrier: neither have we',
    () => after((lab) => setCable(lab, 1, false)),
    { cause: 'no-carrier', side: 'link' },
  ],
];
