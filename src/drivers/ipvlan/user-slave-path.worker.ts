/** The worker thread of the user path of one master. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { libc } from '../sys/libc.js';
import { SlaveEngine } from './slave-engine.js';
import { SlaveMemory } from './slave-memory.js';
import type { SlaveRequest, SlaveWorkerStart } from './user-slave-messages.js';

const SCHED_OTHER = 0;

if (parentPort === null) throw new Error('user-slave-path.worker runs as a worker thread only');
const control = parentPort;
// The control plane may go before others (bin/vethd); this thread can use all time there is.
libc().sched_setscheduler(0, SCHED_OTHER, Buffer.alloc(4));
const start = workerData as SlaveWorkerStart; // what user-slave-path.ts gave
const engine = new SlaveEngine(start, new SlaveMemory(start.memory));
const eventCount = new Uint8Array(8);

/** False: end. */
function takeRequests(): boolean {
  libc().read(start.wakeFd, eventCount, eventCount.length); // first, so that a request posted meanwhile wakes us again
  for (;;) {
    const received = receiveMessageOnPort(control);
    if (received === undefined) return true;
    const request = received.message as SlaveRequest; // only user-slave-path.ts posts here
    if (request.kind === 'close') return false;
    engine.setTable(request.table, request.slaves);
  }
}

try {
  control.postMessage('ready');
  // Blocks this thread for its whole life; messages are fetched, not delivered.
  engine.run(takeRequests);
} finally {
  engine.close();
}
