/**
 * Helper program: numbered UDP frames at a steady rate until SIGTERM.
 * Arguments: address port flows rate [source port,...]. Flow i goes to port + i, without source ports each from a port of
 * its own. Payload: number within the flow (u32), 64 octets in all.
 * Prints `sending`, and at the end the number of frames of each flow as a JSON array.
 */
import { openSender, UdpBatch } from './udp-batch.js';

const [address = '', port = '', flows = '', rate = '', sourcePorts = ''] = process.argv.slice(2);
const count = Number(flows);
const sent = new Array<number>(count).fill(0);
const sources = sourcePorts.split(',').map(Number);
const sockets = sent.map((_, flow) => openSender(address, Number(port) + flow, sources[flow] || undefined));
const batch = new UdpBatch(64);

const perMs = Number(rate) / 1000;
const from = performance.now();
let total = 0;
const timer = setInterval(() => {
  // Never more than 5 ms of arrears at once: a late timer must not become a burst that overflows a queue.
  const due = Math.min(Math.floor((performance.now() - from) * perMs), total + Math.ceil(5 * perMs));
  for (; total < due; total += 1) {
    const flow = total % count;
    batch.frame(0).writeUInt32BE(sent[flow] ?? 0, 0);
    sent[flow] = (sent[flow] ?? 0) + 1; // a frame that the kernel refuses counts as sent and not received
    batch.send(sockets[flow] ?? -1, 1);
  }
}, 1);
console.log('sending');

process.on('SIGTERM', () => {
  clearInterval(timer);
  process.stdout.write(`${JSON.stringify(sent)}\n`, () => process.exit(0));
});
