/**
 * Helper program: UDP frames of 64 octets as fast as the kernel takes them, over several flows in turn.
 * Arguments: address port flows seconds. Prints the number that the kernel took.
 */
import { BATCH, openSender, UdpBatch } from '../../lab/udp-batch.js';
import { PAYLOAD } from './packets.js';

const [address = '', port = '', flows = '', seconds = ''] = process.argv.slice(2);
const sockets = Array.from({ length: Number(flows) }, () => openSender(address, Number(port)));
const batch = new UdpBatch(PAYLOAD);
const end = performance.now() + Number(seconds) * 1000;
let sent = 0;
while (performance.now() < end) {
  for (const fd of sockets) sent += batch.send(fd, BATCH);
}
console.log(`${sent}`);
