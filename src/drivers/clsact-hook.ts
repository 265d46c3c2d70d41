/**
 * Programs on clsact, for kernels without tcx (before Linux 6.6): a filter of the qdisc `clsact`, in direct-action mode.
 * It belongs to the interface and stays until it is taken off, whoever put it there: that of an earlier process is
 * replaced.
 */
import type { HookMaker, HookPlace, IngressHook } from './ingress-hook.js';
import { withRtnetlink } from './interface-change.js';
import { type Attribute, NLM_F_CREATE, NLM_F_EXCL } from './netlink-message.js';
import { Errno, SysError } from './sys/sys-error.js';

const RTM_NEWQDISC = 36;
const RTM_DELQDISC = 37;
const RTM_NEWTFILTER = 44;
const RTM_DELTFILTER = 45;
const RTM_GETTFILTER = 46;
const TCA_KIND = 1;
const TCA_OPTIONS = 2;
const TCA_BPF_FD = 6;
const TCA_BPF_NAME = 7;
const TCA_BPF_FLAGS = 8;
const TCA_BPF_FLAG_ACT_DIRECT = 1;
const TC_H_CLSACT = 0xfffffff1;
const CLSACT = 0xffff0000;
const INGRESS = 0xfffffff2;
const EGRESS = 0xfffffff3;
/** ETH_P_ALL in network order, below the priority. */
const ANY_PROTOCOL = 0x0300;

/** A filter by which we know ours: what it is for, and which way. */
interface Filter {
  readonly parent: number;
  readonly handle: number;
  readonly info: number;
}

type Owner = NonNullable<HookPlace['owner']>;
/** Handles are `veth` and `vali`; the priority puts the second behind the first. */
const HANDLES: Readonly<Record<Owner, readonly [handle: number, priority: number]>> = {
  datapath: [0x76657468, 1],
  alias: [0x76616c69, 2],
};

function filterOf({ direction = 'ingress', owner = 'datapath' }: Pick<HookPlace, 'direction' | 'owner'>): Filter {
  const [handle, priority] = HANDLES[owner];
  return { parent: direction === 'ingress' ? INGRESS : EGRESS, handle, info: (priority << 16) | ANY_PROTOCOL };
}

export const clsact: HookMaker = {
  kind: 'clsact',
  hang(program, place) {
    const { ifindex } = place;
    const hook: IngressHook = {
      replace: (other) => putFilter(ifindex, other, filterOf(place)),
      end: () => takeOffClsact(ifindex, place),
      letGo: () => {},
    };
    change(
      RTM_NEWQDISC,
      NLM_F_CREATE | NLM_F_EXCL,
      tcmsg(ifindex, CLSACT, TC_H_CLSACT),
      [[TCA_KIND, 'clsact']],
      [Errno.EEXIST],
    );
    hook.replace(program);
    return hook;
  },
  adopt(program, place) {
    try {
      return clsact.hang(program, place);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      return undefined; // the interface has gone
    }
  },
};

/** Takes our filter off an interface, and the qdisc when nobody else uses it. Nothing happens where there is none. */
export function takeOffClsact(ifindex: number, place: Pick<HookPlace, 'direction' | 'owner'> = {}): void {
  const { parent, handle, info } = filterOf(place);
  const absent = [Errno.ENOENT, Errno.ENODEV, Errno.EINVAL, Errno.EOPNOTSUPP];
  if (!change(RTM_DELTFILTER, 0, tcmsg(ifindex, handle, parent, info), [], absent)) return;
  const others = withRtnetlink((rtnetlink) =>
    [INGRESS, EGRESS].flatMap((parent) => rtnetlink.dump(RTM_GETTFILTER, tcmsg(ifindex, 0, parent), 'list filters')),
  );
  if (others.length === 0) change(RTM_DELQDISC, 0, tcmsg(ifindex, CLSACT, TC_H_CLSACT), [], absent);
}

function putFilter(ifindex: number, program: number, { parent, handle, info }: Filter): void {
  const options: Attribute[] = [
    [TCA_BPF_FD, program],
    [TCA_BPF_NAME, 'veth'],
    [TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT],
  ];
  const attributes: Attribute[] = [
    [TCA_KIND, 'bpf'],
    [TCA_OPTIONS, options],
  ];
  change(RTM_NEWTFILTER, NLM_F_CREATE, tcmsg(ifindex, handle, parent, info), attributes, []);
}

/** False: the kernel refused for one of the expected reasons. */
function change(
  type: number,
  flags: number,
  message: Buffer,
  attributes: readonly Attribute[],
  expected: readonly number[],
): boolean {
  try {
    const doing = `hang a program on interface ${message.readInt32LE(4)}`;
    withRtnetlink((rtnetlink) => rtnetlink.change(type, flags, message, attributes, doing));
    return true;
  } catch (error) {
    if (error instanceof SysError && expected.includes(error.errno)) return false;
    throw error;
  }
}

/** struct tcmsg: family, padding, ifindex, handle, parent, info. */
function tcmsg(ifindex: number, handle: number, parent: number, info = 0): Buffer {
  const buffer = Buffer.alloc(20);
  buffer.writeInt32LE(ifindex, 4);
  buffer.writeUInt32LE(handle >>> 0, 8);
  buffer.writeUInt32LE(parent >>> 0, 12);
  buffer.writeUInt32LE(info >>> 0, 16);
  return buffer;
}
