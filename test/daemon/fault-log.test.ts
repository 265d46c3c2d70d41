import { expect, test } from 'vitest';
import type { Fault } from '../../src/aggregator/fault.js';
import { FaultLog } from '../../src/daemon/fault-log.js';
import { aggregatorStatus } from './builders.js';

const fault: Fault = { kind: 'loop', ports: ['eth0'], text: 'loop: eth0 leads to our own port eth1' };

test('a fault is logged when it appears and when it is gone, and not in between', () => {
  const lines: string[] = [];
  const log = new FaultLog({ warn: (text) => lines.push(`warn ${text}`), info: (text) => lines.push(`info ${text}`) });
  for (const faults of [[], [fault], [fault], [], []]) log.follow({ aggregators: [aggregatorStatus({ faults })] });
  expect(lines).toEqual([
    'warn veth0: loop: eth0 leads to our own port eth1',
    'info no longer so: veth0: loop: eth0 leads to our own port eth1',
  ]);
});
