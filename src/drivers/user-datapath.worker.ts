/** The worker thread of the user-space data path: forwards frames, and does what the control plane asks for. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { PENDING_OCTETS } from './bpf/map-layout.js';
import { awaitRunningPrograms, Captured } from './captured.js';
import { ForwardingMemory } from './forwarding-memory.js';
import type { CaptureDescriptors } from './kernel-forwarding.js';
import { shareMap } from './sys/bpf-maps.js';
import { libc } from './sys/libc.js';
import { DatapathEngine } from './user-datapath-engine.js';
import type { Answer, Request, WorkerStart } from './user-datapath-messages.js';
import type { Capture } from './user-datapath-sockets.js';

const SCHED_OTHER = 0;

if (parentPort === null) throw new Error('user-datapath.worker runs as a worker thread only');
const control = parentPort;
// The control plane may go before others (bin/vethd); this thread can use all time there is.
libc().sched_setscheduler(0, SCHED_OTHER, Buffer.alloc(4));
const start = workerData as WorkerStart; // what user-datapath.ts gave
const { wakeFd } = start;
const engine = new DatapathEngine({ ...start, memory: new ForwardingMemory(start.memory) }, captureOf(start.capture));
let handedOver = false;
const eventCount = new Uint8Array(8);

const answer = (message: Answer) => control.postMessage(message);

/** False: end. */
function takeRequests(): boolean {
  libc().read(wakeFd, eventCount, eventCount.length); // first, so that a request posted meanwhile wakes us again
  for (;;) {
    const received = receiveMessageOnPort(control);
    if (received === undefined) return true;
    const request = received.message as Request; // only user-datapath.ts posts here
    if (request.kind === 'close') return false;
    if (request.kind === 'handOver') {
      handedOver = true;
      answer({ kind: 'handedOver', id: request.id, heritage: engine.handOver() });
      return false;
    }
    const { id } = request;
    const done = () => answer({ kind: 'done', id });
    try {
      if (request.kind === 'settle') engine.whenSettled(done);
      else {
        perform(request);
        done();
      }
    } catch (error) {
      answer({ kind: 'refused', id: request.id, reason: error instanceof Error ? error.message : String(error) });
    }
  }
}

function perform(request: Exclude<Request, { kind: 'close' | 'handOver' | 'settle' }>): void {
  switch (request.kind) {
    case 'add':
      engine.addPort(request.ifindex, request.slot);
      break;
    case 'remove':
      engine.removePort(request.ifindex);
      break;
    case 'send':
      engine.sendBehind(request.ifindex, request.frame);
      break;
    case 'deliver':
      engine.deliver(request.ifindex);
      break;
    case 'capture':
      engine.setCapture(captureOf(request.capture));
      break;
    case 'hook':
      engine.hook();
      break;
    case 'unhook':
      if (!engine.unhook(request.host)) throw new Error('captured frames are under way');
      break;
    case 'barrier':
      awaitRunningPrograms();
      break;
  }
}

/** The map's memory is mapped as long as this thread lives. */
function captureOf(descriptors: CaptureDescriptors | undefined): Capture | undefined {
  if (descriptors === undefined) return undefined;
  const { pending, host, port } = descriptors;
  return { host, port, captured: new Captured(new Int32Array(shareMap(pending, PENDING_OCTETS).memory)) };
}

try {
  answer({ kind: 'ready' });
  // Blocks this thread for its whole life; messages are fetched, not delivered.
  engine.run(takeRequests);
} finally {
  if (!handedOver) engine.close();
}
