/** The worker thread of a bridge in user space: forwards frames, and does what the control plane asks for. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { ForwardingMemory } from '../forwarding-memory.js';
import { libc } from '../sys/libc.js';
import { UserBridgeEngine } from './user-bridge-engine.js';
import type { BridgeAnswer, BridgeRequest, BridgeStart } from './user-bridge-messages.js';

const SCHED_OTHER = 0;

if (parentPort === null) throw new Error('user-bridge.worker runs as a worker thread only');
const control = parentPort;
// The control plane may go before others (bin/vethd); this thread can use all time there is.
libc().sched_setscheduler(0, SCHED_OTHER, Buffer.alloc(4));
const start = workerData as BridgeStart; // what user-bridge.ts gave
const answer = (message: BridgeAnswer) => control.postMessage(message);
const engine = new UserBridgeEngine({
  ...start,
  memory: new ForwardingMemory(start.memory),
  onProbe: (at, frame) => answer({ kind: 'probe', at, frame }),
});
let handedOver = false;
const eventCount = new Uint8Array(8);

/** False: end. */
function takeRequests(): boolean {
  libc().read(start.wakeFd, eventCount, eventCount.length); // first, so that a request posted meanwhile wakes us again
  for (;;) {
    const received = receiveMessageOnPort(control);
    if (received === undefined) return true;
    const request = received.message as BridgeRequest; // only user-bridge.ts posts here
    if (request.kind === 'close') return false;
    if (request.kind === 'handOver') {
      handedOver = true;
      answer({ kind: 'handedOver', id: request.id, heritage: engine.handOver() });
      return false;
    }
    try {
      perform(request);
      answer({ kind: 'done', id: request.id });
    } catch (error) {
      answer({ kind: 'refused', id: request.id, reason: error instanceof Error ? error.message : String(error) });
    }
  }
}

function perform(request: Exclude<BridgeRequest, { kind: 'close' | 'handOver' }>): void {
  switch (request.kind) {
    case 'add':
      engine.addPort(request.ifindex, request.slot);
      break;
    case 'remove':
      engine.removePort(request.ifindex);
      break;
    case 'block':
      engine.setBlocked(request.ifindex, request.blocked);
      break;
    case 'hook':
      engine.hook();
      break;
    case 'configure':
      engine.configure(request.ageing, request.local);
      break;
  }
}

try {
  answer({ kind: 'ready' });
  // Blocks this thread for its whole life; messages are fetched, not delivered.
  engine.run(takeRequests);
} finally {
  if (!handedOver) engine.close();
}
