/** What the kernel has counted at an interface since it was made. */
import { withRtnetlink } from '../interface-change.js';
import { IFINFOMSG_SIZE, ifinfomsg, RTM_GETLINK } from '../link-message.js';
import { decodeAttributes } from '../netlink-message.js';

/** struct rtnl_link_stats64: frames in, frames out, octets in, octets out, and more. */
const IFLA_STATS64 = 23;

export interface LinkCounters {
  readonly rxFrames: number;
  readonly txFrames: number;
  readonly rxBytes: number;
  readonly txBytes: number;
}

/** Noughts where the interface has gone. */
export function linkCounters(ifindex: number): LinkCounters {
  const doing = `read the counters of interface ${ifindex}`;
  const answer = withRtnetlink((rtnetlink) => rtnetlink.get(RTM_GETLINK, ifinfomsg(ifindex), [], doing));
  const bytes = answer && decodeAttributes(answer.payload.subarray(IFINFOMSG_SIZE)).get(IFLA_STATS64);
  const at = (place: number) => (bytes === undefined ? 0 : Number(bytes.readBigUInt64LE(place * 8)));
  return { rxFrames: at(0), txFrames: at(1), rxBytes: at(2), txBytes: at(3) };
}
