/**
 * Addresses of interfaces with their labels: `eth0:0` in `ip addr` and `ifconfig eth0:0`. Only IPv4 addresses have one.
 * An IPv4 address in the network of another is secondary to it, and the kernel deletes it together with that one (unless
 * promote_secondaries is set); here the others are put back.
 */
import { withRtnetlink } from '../interface-change.js';
import { IFADDRMSG_SIZE, RTM_DELADDR, RTM_GETADDR, RTM_NEWADDR } from '../link-message.js';
import {
  type Attribute,
  attributeText,
  attributeU32,
  decodeAttributes,
  NLM_F_CREATE,
  NLM_F_EXCL,
} from '../netlink-message.js';
import { AF_INET } from '../sys/constants.js';
import { Errno, SysError } from '../sys/sys-error.js';

const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_LABEL = 3;
const IFA_BROADCAST = 4;
const IFA_FLAGS = 8;
const IFA_F_DADFAILED = 0x08;

export interface InterfaceAddress {
  readonly ifindex: number;
  readonly family: number;
  readonly address: Uint8Array;
  /** Of the network part. */
  readonly length: number;
}

export interface AddressInKernel extends InterfaceAddress {
  /** The interface's own name where nobody chose another; undefined for IPv6. */
  readonly label: string | undefined;
  /** Another station has the address (IPv6). */
  readonly duplicate: boolean;
  /** The kernel's own description, to put it back. */
  readonly body: Buffer;
}

export interface LabelledAddress extends InterfaceAddress {
  /** IPv4 only. */
  readonly label: string;
  readonly broadcast: Uint8Array | undefined;
}

/** All addresses of an interface. */
export function listAddresses(ifindex: number): AddressInKernel[] {
  const messages = withRtnetlink((rtnetlink) =>
    rtnetlink.dump(RTM_GETADDR, Buffer.alloc(IFADDRMSG_SIZE), 'list the addresses'),
  );
  return messages.flatMap(({ payload }): AddressInKernel[] => {
    if (payload.length < IFADDRMSG_SIZE || payload.readUInt32LE(4) !== ifindex) return [];
    const attributes = decodeAttributes(payload.subarray(IFADDRMSG_SIZE));
    const address = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
    if (address === undefined) return [];
    const flags = attributeU32(attributes.get(IFA_FLAGS)) ?? payload.readUInt8(2);
    const [family, length] = [payload.readUInt8(0), payload.readUInt8(1)];
    const label = attributeText(attributes.get(IFA_LABEL));
    const duplicate = (flags & IFA_F_DADFAILED) !== 0;
    return [{ ifindex, family, address: Uint8Array.from(address), length, label, duplicate, body: payload }];
  });
}

/** `SysError`: EEXIST where the interface has the address already. */
export function addAddress(wanted: LabelledAddress): void {
  const { family, address, label, broadcast } = wanted;
  const attributes: Attribute[] = [
    [IFA_LOCAL, address],
    [IFA_ADDRESS, address],
    ...(family === AF_INET ? [[IFA_LABEL, label] as const] : []),
    ...(broadcast === undefined ? [] : [[IFA_BROADCAST, broadcast] as const]),
  ];
  withRtnetlink((rtnetlink) =>
    rtnetlink.change(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, ifaddrmsg(wanted), attributes, `add the address ${label}`),
  );
}

/** False: it was not there (any more). Other addresses of the interface stay, also those that were secondary to it. */
export function removeAddress(gone: InterfaceAddress & { readonly label: string }): boolean {
  const { ifindex, family, address, label } = gone;
  const attributes: Attribute[] = [
    [IFA_LOCAL, address],
    [IFA_ADDRESS, address],
    ...(family === AF_INET ? [[IFA_LABEL, label] as const] : []),
  ];
  const before = listAddresses(ifindex);
  try {
    withRtnetlink((rtnetlink) =>
      rtnetlink.change(RTM_DELADDR, 0, ifaddrmsg(gone), attributes, `remove the address ${label}`),
    );
  } catch (error) {
    if (error instanceof SysError && [Errno.EADDRNOTAVAIL, Errno.ENODEV].includes(error.errno)) return false;
    throw error;
  }
  const after = listAddresses(ifindex);
  for (const other of before) {
    if (!sameAddress(other, gone) && !after.some((left) => sameAddress(left, other))) putBack(other);
  }
  return true;
}

function putBack({ body }: AddressInKernel): void {
  try {
    withRtnetlink((rtnetlink) =>
      rtnetlink.change(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, body, [], 'put an address back'),
    );
  } catch (error) {
    if (!(error instanceof SysError && error.errno === Errno.EEXIST)) throw error;
  }
}

export const sameAddress = (a: InterfaceAddress, b: InterfaceAddress): boolean =>
  a.family === b.family && a.length === b.length && Buffer.compare(a.address, b.address) === 0;

/** struct ifaddrmsg: family, prefix length, flags, scope, interface. */
function ifaddrmsg({ ifindex, family, length }: InterfaceAddress): Buffer {
  const buffer = Buffer.alloc(IFADDRMSG_SIZE);
  buffer.writeUInt8(family, 0);
  buffer.writeUInt8(length, 1);
  buffer.writeUInt32LE(ifindex, 4);
  return buffer;
}
