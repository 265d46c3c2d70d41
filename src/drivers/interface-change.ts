/** Single questions and changes to one interface, each on a socket of its own: they are rare. */
import {
  IFLA_IFNAME,
  ifinfomsg,
  type LinkMessage,
  RTM_DELLINK,
  RTM_GETLINK,
  RTM_NEWLINK,
  RTM_SETLINK,
  readLink,
} from './link-message.js';
import { type Attribute, encodeAttributes, NLM_F_CREATE, NLM_F_EXCL } from './netlink-message.js';
import { openRtnetlink, type Rtnetlink } from './rtnetlink.js';
import { Errno, SysError } from './sys/sys-error.js';

/** A socket for the duration of a call. */
export function withRtnetlink<T>(use: (rtnetlink: Rtnetlink) => T): T {
  const rtnetlink = openRtnetlink();
  try {
    return use(rtnetlink);
  } finally {
    rtnetlink.close();
  }
}

/** The interface with this index; undefined when it has gone. */
export function findByIndex(ifindex: number): LinkMessage | undefined {
  return find(ifindex, [], `look up interface ${ifindex}`);
}

/** The interface with this name; undefined when there is none. */
export function findByName(name: string): LinkMessage | undefined {
  return find(0, [[IFLA_IFNAME, name]], `look up interface ${name}`);
}

function find(ifindex: number, attributes: readonly Attribute[], doing: string): LinkMessage | undefined {
  const answer = withRtnetlink((rtnetlink) => rtnetlink.get(RTM_GETLINK, ifinfomsg(ifindex), attributes, doing));
  return answer === undefined ? undefined : readLink(answer);
}

/** Sets and clears IFF_* flags; others stay. */
export function changeFlags(ifindex: number, flags: number, mask: number, doing: string): void {
  withRtnetlink((rtnetlink) => rtnetlink.change(RTM_SETLINK, 0, ifinfomsg(ifindex, flags, mask), [], doing));
}

/** Sets attributes such as IFLA_MTU. */
export function changeAttributes(ifindex: number, attributes: readonly Attribute[], doing: string): void {
  withRtnetlink((rtnetlink) => rtnetlink.change(RTM_SETLINK, 0, ifinfomsg(ifindex), attributes, doing));
}

/** Makes an interface; `SysError` EEXIST when the name is taken. */
export function createInterface(attributes: readonly Attribute[], doing: string): void {
  withRtnetlink((rtnetlink) =>
    rtnetlink.change(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifinfomsg(0), attributes, doing),
  );
}

/** Deletes an interface; it may have gone already. */
export function deleteInterface(ifindex: number, doing: string): void {
  unlessGone(() => withRtnetlink((rtnetlink) => rtnetlink.change(RTM_DELLINK, 0, ifinfomsg(ifindex), [], doing)));
}

/** Does something to an interface that may have gone; then there is nothing to do. */
export function unlessGone(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof SysError && error.errno === Errno.ENODEV)) throw error;
  }
}

/** Bytes of an interface description inside another one (VETH_INFO_PEER): ifinfomsg and attributes. */
export function nestedInterface(attributes: readonly Attribute[]): Buffer {
  return Buffer.concat([ifinfomsg(0), encodeAttributes(attributes)]);
}
