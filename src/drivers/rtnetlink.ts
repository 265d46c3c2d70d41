/**
 * Requests to rtnetlink, answered at once: the kernel works a request off within the sending call, so the answer
 * waits in the socket when `send` returns, and dumps are produced by the receiving calls. Nothing here blocks.
 */
import {
  type Attribute,
  decodeMessages,
  decodeOutcome,
  encodeMessage,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
} from './netlink-message.js';
import * as c from './sys/constants.js';
import { check, libc } from './sys/libc.js';
import { sockaddrNl } from './sys/structs.js';
import { Errno, SysError } from './sys/sys-error.js';

/** A dump changed while it was read; it has to be asked for again. */
const NLM_F_DUMP_INTR = 0x10;
/** Dump datagrams are at most 32 KiB; one request at a time, so one buffer does. */
const BUFFER_SIZE = 64 * 1024;
const MAX_DUMP_ATTEMPTS = 5;

export interface Rtnetlink {
  /** Sends a request that changes something; `SysError` when the kernel refuses. `doing` completes "cannot ...". */
  change(type: number, flags: number, fixed: Uint8Array, attributes: readonly Attribute[], doing: string): void;
  /** The one answer to a request; undefined when there is no such thing (ENODEV, ENOENT). */
  get(type: number, fixed: Uint8Array, attributes: readonly Attribute[], doing: string): NetlinkMessage | undefined;
  /** All answers to a dump. */
  dump(type: number, fixed: Uint8Array, doing: string, attributes?: readonly Attribute[]): NetlinkMessage[];
  close(): void;
}

/**
 * A socket to the kernel's rtnetlink of the current network namespace. `strict`: dumps are about what the request says
 * (an interface, another namespace); otherwise the kernel does not look at that.
 */
export function openRtnetlink({ strict = false } = {}): Rtnetlink {
  const doing = 'talk to rtnetlink';
  const type = c.SOCK_RAW | c.SOCK_NONBLOCK | c.SOCK_CLOEXEC;
  const fd = check(libc().socket(c.AF_NETLINK, type, 0), 'socket(AF_NETLINK)', doing);
  const address = sockaddrNl(0);
  check(libc().bind(fd, address, address.length), 'bind(AF_NETLINK)', doing);
  // Words with errors where the kernel has them; older kernels refuse the option and give numbers only.
  const on = Buffer.from([1, 0, 0, 0]);
  libc().setsockopt(fd, c.SOL_NETLINK, c.NETLINK_EXT_ACK, on, on.length);
  if (strict) libc().setsockopt(fd, c.SOL_NETLINK, c.NETLINK_GET_STRICT_CHK, on, on.length);

  const buffer = Buffer.alloc(BUFFER_SIZE);
  let sequence = 0;

  function send(messageType: number, flags: number, fixed: Uint8Array, attributes: readonly Attribute[], why: string) {
    sequence = (sequence + 1) >>> 0;
    const message = encodeMessage(messageType, flags | NLM_F_REQUEST, sequence, fixed, attributes);
    check(libc().send(fd, message, message.length, 0), 'send(AF_NETLINK)', why);
  }

  /** Calls `each` for every message of the current request until it says that it has all (or an outcome ends it). */
  function receive(why: string, each: (message: NetlinkMessage) => 'more' | 'done'): void {
    for (;;) {
      const length = check(libc().recv(fd, buffer, buffer.length, c.MSG_DONTWAIT), 'recv(AF_NETLINK)', why);
      for (const message of decodeMessages(buffer.subarray(0, length))) {
        if (message.sequence !== sequence) continue; // left over from a request that failed half-way
        if (message.type === NLMSG_ERROR) {
          const outcome = decodeOutcome(message);
          if (outcome.errno !== 0) throw new SysError('rtnetlink', outcome.errno, why, outcome.text);
          return;
        }
        if (each(message) === 'done') return;
      }
    }
  }

  const copy = (message: NetlinkMessage): NetlinkMessage => ({ ...message, payload: Buffer.from(message.payload) });

  return {
    change(messageType, flags, fixed, attributes, why) {
      send(messageType, flags | NLM_F_ACK, fixed, attributes, why);
      receive(why, () => 'more');
    },
    get(messageType, fixed, attributes, why) {
      let answer: NetlinkMessage | undefined;
      send(messageType, 0, fixed, attributes, why);
      try {
        receive(why, (message) => {
          answer = copy(message);
          return 'done';
        });
      } catch (error) {
        if (error instanceof SysError && (error.errno === Errno.ENODEV || error.errno === Errno.ENOENT)) {
          return undefined;
        }
        throw error;
      }
      return answer;
    },
    dump(messageType, fixed, why, attributes = []) {
      for (let attempt = 1; ; attempt++) {
        const answers: NetlinkMessage[] = [];
        let interrupted = false;
        send(messageType, NLM_F_DUMP, fixed, attributes, why);
        receive(why, (message) => {
          interrupted ||= (message.flags & NLM_F_DUMP_INTR) !== 0;
          if (message.type === NLMSG_DONE) return 'done';
          answers.push(copy(message));
          return 'more';
        });
        if (!interrupted || attempt === MAX_DUMP_ATTEMPTS) return answers;
      }
    },
    close: () => {
      libc().close(fd);
    },
  };
}
