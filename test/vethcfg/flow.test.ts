import { expect, test } from 'vitest';
import type { FlowResult } from '../../src/daemon/messages.js';
import { fakeVethd, vethcfg } from './support.js';

const RESULT: FlowResult = {
  veth: 'veth0',
  port: 'eth1',
  moving: false,
  policy: 'layer2+3',
  hash: 0x0badcafe,
  bucket: 0xafe,
  assumed: ['no VLAN tag', "destination MAC address 02:00:00:00:00:99, the neighbour's"],
};

async function flow(words: string, result: FlowResult = RESULT) {
  const { runDir, asked } = await fakeVethd(() => result);
  const outcome = await vethcfg(['--run-dir', runDir, ...words.split(' ')]);
  return { ...outcome, asked };
}

test('the port first, then why, then what was not said', async () => {
  const { code, stdout, asked } = await flow('flow veth0 10.0.0.1 10.0.0.2 tcp 40000 443');
  expect(code).toBe(0);
  expect(stdout).toBe(`\
eth1
  bucket 2814 of 4096, hash 0x0badcafe by hash=layer2+3
  assumed: no VLAN tag
  assumed: destination MAC address 02:00:00:00:00:99, the neighbour's
`);
  expect(asked).toEqual([
    [
      'flow',
      {
        veth: 'veth0',
        source: '10.0.0.1',
        destination: '10.0.0.2',
        protocol: 'tcp',
        sourcePort: '40000',
        destinationPort: '443',
      },
    ],
  ]);
});

test('options are passed on; --json prints the answer as it is', async () => {
  const { stdout, asked } = await flow(
    '--json flow veth0 ::1 ::2 --vlan 10,20 --src-mac 02:00:00:00:00:01 --dst-mac 02:00:00:00:00:02 --flow-label 7 --inner a,b',
  );
  expect(JSON.parse(stdout)).toEqual(RESULT);
  const macs = { srcMac: '02:00:00:00:00:01', dstMac: '02:00:00:00:00:02' };
  const options = { vlan: '10,20', ...macs, flowLabel: '7', inner: 'a,b' };
  expect(asked).toEqual([['flow', { veth: 'veth0', source: '::1', destination: '::2', ...options }]]);
});

test.each<[Partial<FlowResult>, string]>([
  [{ port: undefined }, 'dropped: no port of veth0 distributes\n'],
  [{ moving: true }, 'eth1 (its conversation is moving there, frames are held until it may)\n'],
])('%j: %s', async (differences, text) => {
  expect((await flow('flow veth0 ::1 ::2', { ...RESULT, ...differences })).stdout).toContain(text);
});

test.each(['flow', 'flow veth0', 'flow veth0 10.0.0.1', 'flow veth0 ::1 ::2 tcp 1 2 3', 'flow veth0 ::1 ::2 --mac x'])(
  '%s is a usage error',
  async (words) => {
    const { code, asked } = await flow(words);
    expect([code, asked]).toEqual([2, []]);
  },
);
