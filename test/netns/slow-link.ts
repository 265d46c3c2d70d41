/**
 * A link that takes its time, for tests without netem: every frame that comes in on one of two interfaces leaves by
 * the other one, in order, so many milliseconds later. On SIGUSR1 it begins to lose markers (slow-protocols subtype 2).
 *
 * Arguments: ifindex, ifindex, milliseconds. Prints `relaying`.
 */
import { MSG_DONTWAIT } from '../../src/drivers/sys/constants.js';
import { libc, watchReadable } from '../../src/drivers/sys/libc.js';
import { PacketSocket } from '../../src/drivers/user-datapath-socket.js';

/** struct virtio_net_hdr and addresses before the EtherType. */
const TYPE = 10 + 12;
const [west = '', east = '', delay = ''] = process.argv.slice(2);
const queue: { readonly due: number; readonly to: PacketSocket; readonly frame: Uint8Array }[] = [];
const room = new Uint8Array(70_000);
let losesMarkers = false;

const isMarker = (frame: Uint8Array) => frame[TYPE] === 0x88 && frame[TYPE + 1] === 0x09 && frame[TYPE + 2] === 2;

function relay(from: PacketSocket, to: PacketSocket): void {
  watchReadable(from.fd, () => {
    for (let got = read(from); got > 0; got = read(from)) {
      const frame = room.slice(0, got);
      if (!(losesMarkers && isMarker(frame))) queue.push({ due: performance.now() + Number(delay), to, frame });
    }
  });
}

const read = ({ fd }: PacketSocket) => libc().recv(fd, room, room.length, MSG_DONTWAIT);

const ends = [new PacketSocket(Number(west)), new PacketSocket(Number(east))] as const;
relay(ends[0], ends[1]);
relay(ends[1], ends[0]);
setInterval(() => {
  for (let next = queue[0]; next !== undefined && next.due <= performance.now(); next = queue[0]) {
    queue.shift();
    libc().send(next.to.fd, next.frame, next.frame.length, MSG_DONTWAIT);
  }
}, 1);
process.on('SIGUSR1', () => {
  losesMarkers = true;
});
process.on('SIGTERM', () => process.exit(0));
console.log('relaying');
