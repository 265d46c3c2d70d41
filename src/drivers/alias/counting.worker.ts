/** The thread that counts the packets of one main device: reads headers in batches, and applies the rule to each. */
import { parentPort, workerData } from 'node:worker_threads';
import { CountRule } from '../../layers/alias/count-rule.js';
import { type CountingTable, EMPTY_TABLE } from '../../layers/alias/counting-table.js';
import { COUNT_WORDS } from '../bpf/alias-layout.js';
import { PACKET_STATISTICS, SOL_PACKET } from '../sys/constants.js';
import { libc, watchReadable } from '../sys/libc.js';
import { MISSED, type SocketWorkerStart, slotWord } from './counting-memory.js';
import { HeaderBatch, type HeaderLook } from './header-batch.js';

/** Batches read for one wake-up, so that a new table is not kept waiting. */
const MOST_BATCHES = 16;
const SCHED_OTHER = 0;
const [RX, TX, SOURCE] = (['rxPackets', 'txPackets', 'sourcePackets'] as const).map((word) =>
  COUNT_WORDS.indexOf(word),
) as [number, number, number]; // each is in the list

const { fd, memory } = workerData as SocketWorkerStart; // what user-counting.ts gave
const counts = new Float64Array(memory);
const batch = new HeaderBatch();
const statistics = new Uint32Array(2);
let rule = new CountRule(EMPTY_TABLE);

// The control plane may go before others (bin/vethd).
libc().sched_setscheduler(0, SCHED_OTHER, Buffer.alloc(4));

function add(slot: number, word: number, { frames, octets }: HeaderLook): void {
  const at = slotWord(slot) + word;
  counts[at] = (counts[at] ?? 0) + frames;
  counts[at + 1] = (counts[at + 1] ?? 0) + octets;
}

function count(frame: HeaderLook): void {
  if (frame.tagged) return;
  if (!frame.outgoing) {
    const slot = rule.received(frame.header);
    if (slot !== undefined) add(slot, RX, frame);
    return;
  }
  const sent = rule.sent(frame.header);
  if (sent === undefined) return;
  add(sent.slot, SOURCE, frame);
  if (sent.ownRoute) add(sent.slot, TX, frame);
}

watchReadable(fd, () => {
  for (let batches = 0; batches < MOST_BATCHES && batch.read(fd, count) > 0; batches++);
  const length = Buffer.from([8, 0, 0, 0]);
  libc().getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, new Uint8Array(statistics.buffer), length);
  counts[MISSED] = (counts[MISSED] ?? 0) + (statistics[1] ?? 0);
});

parentPort?.on('message', (table: CountingTable) => {
  rule = new CountRule(table);
});
