/** Helper program: sends frames, given in hexadecimal, out of an interface of this namespace: IFINDEX FRAME... */
import { AF_PACKET, SOCK_RAW } from '../../src/drivers/sys/constants.js';
import { check, libc } from '../../src/drivers/sys/libc.js';
import { sockaddrLl } from '../../src/drivers/sys/structs.js';

const [ifindex, ...frames] = process.argv.slice(2);
const fd = check(libc().socket(AF_PACKET, SOCK_RAW, 0), 'socket', 'send frames');
const address = sockaddrLl(0, Number(ifindex));
for (const hex of frames) {
  const frame = Uint8Array.from(Buffer.from(hex, 'hex'));
  check(libc().sendto(fd, frame, frame.length, 0, address, address.length), 'sendto', 'send frames');
}
