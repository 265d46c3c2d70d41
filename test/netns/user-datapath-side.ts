/**
 * One end of the data path tests, run inside a network namespace: opens the compiled data path (a worker thread runs
 * compiled code only) and performs one call per line of standard input: {"call": "setTable", "args": [...]}.
 * Answers one line each: {"result": ...} or {"error": "..."}. Ends in order when the input ends.
 *
 * Arguments: the directory of the compiled code, ifindex of the hidden peer.
 */
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { AF_PACKET, PACKET_VNET_HDR, SOCK_RAW, SOL_PACKET } from '../../src/drivers/sys/constants.js';
import { check, libc } from '../../src/drivers/sys/libc.js';
import type { openUserDatapath } from '../../src/drivers/user-datapath.js';

const [dist = 'dist', hostIfindex = '0'] = process.argv.slice(2);
const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);
const plain = (_key: string, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value);

const module = pathToFileURL(`${dist}/src/drivers/user-datapath.js`).href;
const { openUserDatapath: open } = (await import(module)) as { openUserDatapath: typeof openUserDatapath };
const datapath = await open({
  hostIfindex: Number(hostIfindex),
  log: (line) => say({ log: line }),
  onError: (error) => say({ crashed: error.message }),
});
say({ result: 'ready' });

const calls: Record<string, (...args: never[]) => unknown> = {
  addPort: (ifindex: number) => datapath.addPort(ifindex),
  removePort: (ifindex: number) => datapath.removePort(ifindex),
  setTable: (table: Parameters<typeof datapath.setTable>[0]) => datapath.setTable(table),
  sendBehind: (ifindex: number, hex: string) => datapath.sendBehind(ifindex, Uint8Array.from(Buffer.from(hex, 'hex'))),
  delivered: (ifindex: number) => datapath.delivered(ifindex),
  counters: () => datapath.counters(),
  bucketBytes: () => [...(datapath.bucketBytes() ?? [])],
  statistics: () => datapath.statistics(),
  /** One frame, past the data path, into an interface of this namespace; with a virtio_net_hdr in front or none. */
  sendFrame: (ifindex: number, hex: string, vnet = '') => sendFrame(ifindex, hex, vnet),
  /** Without closing anything. */
  exit: (code: number) => process.exit(code),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { call, args } = JSON.parse(line) as { call: string; args: never[] };
  try {
    const result = await calls[call]?.(...args);
    process.stdout.write(`${JSON.stringify({ result: result ?? null }, plain)}\n`);
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error) });
  }
}
await datapath.close();

function sendFrame(ifindex: number, hex: string, vnet: string): void {
  const fd = check(libc().socket(AF_PACKET, SOCK_RAW, 0), 'socket', 'send a test frame');
  if (vnet !== '') libc().setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, Uint8Array.of(1, 0, 0, 0), 4);
  const address = new Uint8Array(20);
  const view = new DataView(address.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setInt32(4, ifindex, true);
  const frame = Uint8Array.from(Buffer.from(`${vnet}${hex}`, 'hex'));
  check(libc().sendto(fd, frame, frame.length, 0, address, address.length), 'sendto', 'send a test frame');
  libc().close(fd);
}
