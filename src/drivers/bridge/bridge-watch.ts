/** What happens to the links of this namespace, for a bridge: that something did; what, is looked up. */
import { decodeMessages } from '../netlink-message.js';
import * as c from '../sys/constants.js';
import { check, libc, watchReadable } from '../sys/libc.js';
import { sockaddrNl } from '../sys/structs.js';
import { Errno } from '../sys/sys-error.js';

const RTMGRP_LINK = 0x1;
const DOING = 'watch the ports of a bridge';
/** Looked at once after a burst of messages, not once for each. */
const GATHER_MS = 5;

export interface BridgeWatch {
  close(): void;
}

/** Calls back, from the event loop, after links of `concerned` interfaces or their states in a bridge have changed. */
export function watchBridge(concerned: (ifindex: number) => boolean, onChange: () => void): BridgeWatch {
  const type = c.SOCK_RAW | c.SOCK_NONBLOCK | c.SOCK_CLOEXEC;
  const fd = check(libc().socket(c.AF_NETLINK, type, 0), 'socket(AF_NETLINK)', DOING);
  const address = sockaddrNl(RTMGRP_LINK);
  check(libc().bind(fd, address, address.length), 'bind(AF_NETLINK)', DOING);
  const buffer = Buffer.alloc(64 * 1024);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function changed(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      onChange();
    }, GATHER_MS).unref();
  }

  const watch = watchReadable(fd, () => {
    const length = libc().recv(fd, buffer, buffer.length, c.MSG_DONTWAIT);
    // Lost events: something did happen.
    if (length < 0 && libc().errno() === Errno.ENOBUFS) changed();
    for (const { payload } of decodeMessages(buffer.subarray(0, Math.max(0, length)))) {
      if (payload.length >= 8 && concerned(payload.readInt32LE(4))) changed();
    }
  });
  watch.unref();
  return {
    close() {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      watch.close();
      libc().close(fd);
    },
  };
}
