/** How long a packet may be on its way to an address, as the host's routes know: asked of a connected socket. */
import { AF_INET, AF_INET6, SOCK_CLOEXEC, SOCK_DGRAM } from '../sys/constants.js';
import { libc } from '../sys/libc.js';

const IPPROTO_IP = 0;
const IP_MTU = 14;
const IPPROTO_IPV6 = 41;
const IPV6_MTU = 24;
/** sockaddr_in, sockaddr_in6. */
const NAMES = { 4: { octets: 16, addressAt: 4 }, 16: { octets: 28, addressAt: 8 } } as const;
const SOME_PORT = 9;

/** `destination`: 4 or 16 octets. Undefined: it cannot be known. */
export function pathMtu(destination: Uint8Array): number | undefined {
  const isIpv4 = destination.length === 4;
  const domain = isIpv4 ? AF_INET : AF_INET6;
  const fd = libc().socket(domain, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return undefined;
  try {
    const { octets, addressAt } = NAMES[isIpv4 ? 4 : 16];
    const name = Buffer.alloc(octets);
    name.writeUInt16LE(domain, 0);
    name.writeUInt16BE(SOME_PORT, 2);
    name.set(destination, addressAt);
    if (libc().connect(fd, name, name.length) < 0) return undefined;
    const value = Buffer.alloc(4);
    const length = Buffer.from([4, 0, 0, 0]);
    const [level, option] = isIpv4 ? [IPPROTO_IP, IP_MTU] : [IPPROTO_IPV6, IPV6_MTU];
    return libc().getsockopt(fd, level, option, value, length) < 0 ? undefined : value.readInt32LE(0);
  } finally {
    libc().close(fd);
  }
}
