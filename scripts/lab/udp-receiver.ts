/**
 * Helper program: counts the frames of udp-sender until SIGTERM. Arguments: address port flows.
 * Prints `listening`, and at the end one JSON line: see ReceiverReport in traffic.ts.
 */
import { MSG_DONTWAIT } from '../../src/drivers/sys/constants.js';
import { watchReadable } from '../../src/drivers/sys/libc.js';
import { nowMs } from './machine-clock.js';
import type { Hole, ReceiverReport } from './traffic.js';
import { BATCH, openReceiver, UdpBatch } from './udp-batch.js';

interface Flow {
  readonly id: number;
  /** One octet per number: 1 when it has come. */
  readonly seen: Uint8Array;
  highest: number;
  lastMs: number;
}

const MOST_FRAMES = 1 << 20;
const holes: Hole[] = [];
let received = 0;
let reordered = 0;
let duplicates = 0;
let longestGapMs = 0;

function arrived(flow: Flow, number: number, at: number): void {
  if (number >= MOST_FRAMES) return;
  if (flow.seen[number] === 1) {
    duplicates += 1;
    return;
  }
  flow.seen[number] = 1;
  received += 1;
  if (flow.lastMs !== 0) longestGapMs = Math.max(longestGapMs, at - flow.lastMs);
  if (number < flow.highest) reordered += 1;
  else {
    const lost = number - flow.highest - 1;
    if (lost > 0) holes.push({ flow: flow.id, lost, fromMs: flow.lastMs, toMs: at });
    flow.highest = number;
  }
  flow.lastMs = at;
}

const [address = '', port = '', count = ''] = process.argv.slice(2);
const batch = new UdpBatch(64);
// A socket for each flow: the machine's limit of a receive buffer holds a fifth of a second of one, not of all.
const flows = Array.from({ length: Number(count) }, (_, id) => {
  const flow: Flow = { id, seen: new Uint8Array(MOST_FRAMES), highest: -1, lastMs: 0 };
  const fd = openReceiver(address, Number(port) + id);
  watchReadable(fd, () => {
    for (let got = BATCH; got === BATCH; ) {
      got = batch.receive(fd, MSG_DONTWAIT);
      const at = nowMs();
      for (let i = 0; i < got; i += 1) arrived(flow, batch.number(i, 0), at);
    }
  });
  return flow;
});
console.log('listening');

process.on('SIGTERM', () => {
  const report: ReceiverReport = {
    received,
    lastMs: flows.map(({ lastMs }) => lastMs),
    reordered,
    duplicates,
    longestGapMs,
    holes,
  };
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
});
