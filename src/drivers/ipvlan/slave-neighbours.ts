/**
 * In l3s the host's own stack sends on to the hidden peers what is for slaves. A peer does not resolve addresses: it would
 * send to the MAC address that it has itself, which in the user path is not the slaves' (with theirs, its stack would take
 * what slaves send). So here is, for each address of a slave, that the master's MAC address has it:
 *
 *     ip neigh replace 10.0.0.11 lladdr MAC dev _NAME nud permanent
 */
import { macToBytes } from '../../lacp/mac.js';
import type { SlaveTable } from '../../layers/ipvlan/table.js';
import { withRtnetlink } from '../interface-change.js';
import { type Attribute, NLM_F_CREATE } from '../netlink-message.js';
import { AF_INET, AF_INET6 } from '../sys/constants.js';
import { Errno, SysError } from '../sys/sys-error.js';

const RTM_NEWNEIGH = 28;
const RTM_DELNEIGH = 29;
const NDA_DST = 1;
const NDA_LLADDR = 2;
const NUD_PERMANENT = 0x80;
const NLM_F_REPLACE = 0x100;

interface Entry {
  readonly ifindex: number;
  readonly address: Uint8Array;
  readonly mac: Uint8Array;
}

export class SlaveNeighbours {
  #entries = new Map<string, Entry>();

  /** Throws SysError; then some may be there already, and are written again by the next call. */
  update({ mode, master, slaves }: SlaveTable): void {
    const mac = macToBytes(master.mac);
    const wanted = new Map(
      (mode === 'l3s' ? slaves : []).flatMap(({ ifindex, addresses }) =>
        addresses.map((address) => [`${ifindex} ${Buffer.from(address).toString('hex')}`, { ifindex, address, mac }]),
      ),
    );
    for (const [key, entry] of this.#entries) if (!wanted.has(key)) change(RTM_DELNEIGH, entry);
    for (const entry of wanted.values()) change(RTM_NEWNEIGH, entry);
    this.#entries = wanted;
  }

  remove(): void {
    for (const entry of this.#entries.values()) change(RTM_DELNEIGH, entry);
    this.#entries.clear();
  }
}

function change(type: number, { ifindex, address, mac }: Entry): void {
  const body = Buffer.alloc(12); // struct ndmsg
  body.writeUInt8(address.length === 4 ? AF_INET : AF_INET6, 0);
  body.writeInt32LE(ifindex, 4);
  body.writeUInt16LE(NUD_PERMANENT, 8);
  const isNew = type === RTM_NEWNEIGH;
  const attributes: Attribute[] = [[NDA_DST, address], ...(isNew ? [[NDA_LLADDR, mac] as const] : [])];
  const flags = isNew ? NLM_F_CREATE | NLM_F_REPLACE : 0;
  try {
    withRtnetlink((rtnetlink) =>
      rtnetlink.change(type, flags, body, attributes, `say who has an address of a slave on interface ${ifindex}`),
    );
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    const isGone = !isNew && [Errno.ENOENT, Errno.ENODEV, Errno.ENXIO].includes(error.errno);
    const ipv6IsOff = address.length === 16 && error.errno === Errno.EINVAL; // nothing is sent there then
    if (!isGone && !ipv6IsOff) throw error;
  }
}
