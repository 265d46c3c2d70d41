/** How soon a vethd is there, and how soon a link is in use. */
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../../src/drivers/clock.js';
import { executable } from '../../lab/daemon.js';
import { Lab } from '../../lab/lab.js';
import { linesOf } from '../failover/times.js';
import type { Figure } from '../results.js';
import { buildGroup } from '../variants/group.js';

/** From exec to `vethd: ready`. */
export async function benchStart(repetitions: number): Promise<Figure> {
  const lab = new Lab();
  try {
    const host = await lab.host('s');
    const values: number[] = [];
    for (let turn = 0; turn < repetitions; turn += 1) {
      const from = performance.now();
      const words = ['--run-dir', lab.newDirectory(`run${turn}`), '--config', 'none'];
      const daemon = host.start([executable('vethd'), ...words]);
      await daemon.says('vethd: ready');
      values.push(performance.now() - from);
      await daemon.stop();
    }
    return { name: 'vethd: exec to ready', unit: 'ms', digits: 0, values };
  } finally {
    await lab.dispose();
  }
}

/** From link up to DISTRIBUTING where no link of the group is up: the standard's Aggregate_Wait_Time is in it. */
export async function benchFirstLink(repetitions: number): Promise<Figure> {
  const lab = new Lab();
  try {
    const { from, daemons } = await buildGroup(lab, 'l', 'user', 1, 'debug');
    const [daemon] = daemons;
    const values: number[] = [];
    for (let turn = 0; turn < repetitions; turn += 1) {
      await from.ip('link set eth0 down');
      await delay(300);
      const upFrom = systemClock.now();
      await from.ip('link set eth0 up');
      const find = (what: string) =>
        linesOf(daemon.log()).find(
          ({ atMs, text }) =>
            atMs >= upFrom && text.startsWith(what.split('|')[0] ?? '') && text.endsWith(what.split('|')[1] ?? ''),
        );
      const deadline = performance.now() + 10_000;
      while (find('veth0 eth0 mux: |-> DISTRIBUTING') === undefined) {
        if (performance.now() > deadline) throw new Error('eth0 is not DISTRIBUTING after 10 s');
        await delay(20);
      }
      const [up, used] = [find('eth0: the kernel says up|'), find('veth0 eth0 mux: |-> DISTRIBUTING')];
      if (up !== undefined && used !== undefined) values.push(used.atMs - up.atMs);
    }
    return { name: 'first link of a group: link up to DISTRIBUTING', unit: 'ms', digits: 0, values };
  } finally {
    await lab.dispose();
  }
}
