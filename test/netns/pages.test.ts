/** Pages of docs whose examples need nothing but two hosts: each is run as it is written. */
import { expect, test } from 'vitest';
import { Daemon, distributing } from '../../scripts/lab/daemon.js';
import { joinedBy, useLab } from '../support/netns.js';
import { runBlock, shellBlocks } from '../support/page.js';

const lab = useLab();

test('docs/interfaces/lacp.md', async () => {
  const [both = '', first = '', second = ''] = shellBlocks('interfaces/lacp.md');
  const { a, b, ports } = await joinedBy(lab, 2);
  const daemons = [new Daemon(lab, a), new Daemon(lab, b)] as const;
  await Promise.all(daemons.map((daemon) => daemon.start()));
  await Promise.all(daemons.map((daemon) => runBlock(both, daemon)));
  await runBlock(first, daemons[0]);
  await runBlock(second, daemons[1]);
  await distributing(daemons, ports);
  expect(await runBlock('ping -c 2 -W 2 192.0.2.2', daemons[0])).toContain('2 received');
  await Promise.all(daemons.map((daemon) => daemon.stop()));
});
