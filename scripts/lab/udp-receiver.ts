/**
 * Helper program: counts the frames of udp-sender until SIGTERM. Arguments: address port.
 * Prints `listening`, and at the end one JSON line: see StreamResult in traffic.ts.
 */
import { createSocket } from 'node:dgram';
import type { Hole } from './traffic.js';

interface Flow {
  /** One octet per number: 1 when it has come. */
  readonly seen: Uint8Array;
  highest: number;
  lastMs: number;
}

const MOST_FRAMES = 1 << 20;
const flows = new Map<number, Flow>();
const holes: Hole[] = [];
let received = 0;
let reordered = 0;
let duplicates = 0;
let longestGapMs = 0;

/** The machine's monotonic clock, the same in every process. */
const nowMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;

function arrived(frame: Buffer): void {
  if (frame.length < 8) return;
  const number = frame.readUInt32BE(4);
  const id = frame.readUInt32BE(0);
  const flow = flows.get(id) ?? { seen: new Uint8Array(MOST_FRAMES), highest: -1, lastMs: nowMs() };
  flows.set(id, flow);
  if (number >= MOST_FRAMES) return;
  if (flow.seen[number] === 1) {
    duplicates += 1;
    return;
  }
  flow.seen[number] = 1;
  received += 1;
  const at = nowMs();
  longestGapMs = Math.max(longestGapMs, at - flow.lastMs);
  if (number < flow.highest) reordered += 1;
  else {
    if (number > flow.highest + 1) {
      holes.push({ flow: id, lost: number - flow.highest - 1, fromMs: flow.lastMs, toMs: at });
    }
    flow.highest = number;
  }
  flow.lastMs = at;
}

const [address = '', port = ''] = process.argv.slice(2);
const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
socket.on('message', arrived);
socket.bind(Number(port), address, () => console.log('listening'));
process.on('SIGTERM', () => {
  const report = { received, reordered, duplicates, longestGapMs, holes };
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
});
