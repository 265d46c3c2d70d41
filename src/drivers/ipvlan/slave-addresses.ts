/** The addresses of an interface, also in another network namespace: asked for there, by the number it has for us. */

import { IFADDRMSG_SIZE, RTM_GETADDR } from '../link-message.js';
import { type Attribute, attributeU32, decodeAttributes } from '../netlink-message.js';
import { openRtnetlink, type Rtnetlink } from '../rtnetlink.js';
import { AF_INET, AF_INET6 } from '../sys/constants.js';
import { SysError } from '../sys/sys-error.js';
import type { Whereabouts } from './slave-pair.js';

const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_FLAGS = 8;
const IFA_TARGET_NETNSID = 10;
const IFA_F_DADFAILED = 0x08;

export interface AddressReader {
  /** Each of 4 or 16 octets, in the kernel's order; without those that are another's (DAD has failed). Throws SysError. */
  read(where: Whereabouts): Uint8Array[];
  close(): void;
}

export function openAddressReader(): AddressReader {
  let rtnetlink: Rtnetlink | undefined;
  return {
    read({ ifindex, netnsid }) {
      rtnetlink ??= openRtnetlink({ strict: true });
      const fixed = Buffer.alloc(IFADDRMSG_SIZE);
      fixed.writeUInt32LE(ifindex, 4);
      const there: Attribute[] = netnsid === undefined ? [] : [[IFA_TARGET_NETNSID, netnsid]];
      try {
        const answers = rtnetlink.dump(RTM_GETADDR, fixed, `read the addresses of interface ${ifindex}`, there);
        return answers.flatMap(({ payload }) => addressOf(payload, ifindex, netnsid));
      } catch (error) {
        if (error instanceof SysError && error.code === 'ENODEV') return [];
        throw error;
      }
    },
    close: () => rtnetlink?.close(),
  };
}

function addressOf(payload: Buffer, ifindex: number, netnsid: number | undefined): Uint8Array[] {
  if (payload.length < IFADDRMSG_SIZE || payload.readUInt32LE(4) !== ifindex) return [];
  const attributes = decodeAttributes(payload.subarray(IFADDRMSG_SIZE));
  // A kernel that does not look at the request answers about our own namespace (before Linux 4.20).
  if (attributeU32(attributes.get(IFA_TARGET_NETNSID)) !== netnsid) return [];
  const flags = attributeU32(attributes.get(IFA_FLAGS)) ?? payload.readUInt8(2);
  const address = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
  const length = { [AF_INET]: 4, [AF_INET6]: 16 }[payload.readUInt8(0)];
  return (flags & IFA_F_DADFAILED) !== 0 || address === undefined || address.length !== length ? [] : [address];
}
