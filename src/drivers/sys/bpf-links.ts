/** Programs on interfaces: tcx links (Linux 6.6 and newer). A link ends with its last descriptor, unless pinned. */
import { bpf, objectInfo } from './bpf.js';
import { Errno, SysError } from './sys-error.js';

const BPF_TCX_INGRESS = 46;
const BPF_TCX_EGRESS = 47;
const BPF_F_BEFORE = 1 << 3;
const BPF_LINK_TYPE_TCX = 11;

/** What comes in on an interface, or what leaves by it. */
export type Direction = 'ingress' | 'egress';

/**
 * Runs a classifier on everything that comes in on an interface, `first` or `last` of those that are there; returns the
 * link's descriptor. `SysError`: EINVAL where the kernel has no tcx.
 */
export const linkTcxIngress = (program: number, ifindex: number, place: 'first' | 'last' = 'last'): number =>
  linkTcx(program, ifindex, 'ingress', place);

/** As `linkTcxIngress`, of either direction. */
export function linkTcx(program: number, ifindex: number, direction: Direction, place: 'first' | 'last'): number {
  const doing = `attach a program to interface ${ifindex}`;
  // For tests: as a kernel before 6.6 answers.
  if (process.env.VETH_WITHOUT_TCX !== undefined) throw new SysError('bpf(BPF_LINK_CREATE)', Errno.EINVAL, doing);
  const attr = Buffer.alloc(32);
  attr.writeUInt32LE(program, 0);
  attr.writeUInt32LE(ifindex, 4);
  attr.writeUInt32LE(direction === 'ingress' ? BPF_TCX_INGRESS : BPF_TCX_EGRESS, 8);
  attr.writeUInt32LE(place === 'first' ? BPF_F_BEFORE : 0, 12);
  return bpf('BPF_LINK_CREATE', attr, doing);
}

/** Another program in the place of a link's, between two frames. Throws SysError. */
export function updateLink(link: number, program: number): void {
  const attr = Buffer.alloc(16);
  attr.writeUInt32LE(link, 0);
  attr.writeUInt32LE(program, 4);
  bpf('BPF_LINK_UPDATE', attr, 'replace a program');
}

/** Takes the program off its interface, whoever else holds the link. Throws SysError. */
export function detachLink(link: number): void {
  const attr = Buffer.alloc(4);
  attr.writeUInt32LE(link, 0);
  bpf('BPF_LINK_DETACH', attr, 'take a program off its interface');
}

export interface LinkInfo {
  readonly id: number;
  readonly programId: number;
  /** 0: the interface is gone, or the link was detached. */
  readonly ifindex: number;
}

/** What a tcx link holds; undefined for a link of another kind. Throws SysError. */
export function linkInfo(link: number): LinkInfo | undefined {
  const info = objectInfo(link, 32);
  if (info.readUInt32LE(0) !== BPF_LINK_TYPE_TCX) return undefined;
  return { id: info.readUInt32LE(4), programId: info.readUInt32LE(8), ifindex: info.readUInt32LE(16) };
}
