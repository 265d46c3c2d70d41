/**
 * Helper program: counts the frames of packet-sender until none came for a while.
 * Arguments: address port. Prints `listening`, then one line of JSON: the number, and the seconds from first to last.
 */
import { MSG_WAITFORONE } from '../../../src/drivers/sys/constants.js';
import { openReceiver, UdpBatch } from '../../lab/udp-batch.js';
import { PAYLOAD } from './packets.js';

const IDLE_MS = 250;
/** Nothing came at all. */
const GIVE_UP_MS = 5_000;

const [address = '', port = ''] = process.argv.slice(2);
const fd = openReceiver(address, Number(port), IDLE_MS);
const batch = new UdpBatch(PAYLOAD);
// Written at once: nothing returns to the event loop before all is over.
process.stdout.write('listening\n');
const started = performance.now();
let received = 0;
let first = 0;
let last = 0;
for (;;) {
  const got = batch.receive(fd, MSG_WAITFORONE);
  if (got === 0 && (received > 0 || performance.now() - started > GIVE_UP_MS)) break;
  if (got === 0) continue;
  last = performance.now();
  if (received === 0) first = last;
  received += got;
}
console.log(JSON.stringify({ received, seconds: (last - first) / 1000 }));
