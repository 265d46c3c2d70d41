/** The other side of sd_notify(3): a datagram socket as systemd has it, which keeps what it is told. */
import { rmSync } from 'node:fs';
import { socketAddress } from '../../src/daemon/sd-notify.js';
import { AF_UNIX, MSG_DONTWAIT, SOCK_CLOEXEC, SOCK_DGRAM } from '../../src/drivers/sys/constants.js';
import { check, libc } from '../../src/drivers/sys/libc.js';

export interface NotifySocket {
  /** Datagrams that have come since the last call, in order. */
  take(): string[];
  close(): void;
}

export function openNotifySocket(path: string): NotifySocket {
  const address = socketAddress(path);
  if (address === undefined) throw new Error(`${path} is no address`);
  const fd = check(libc().socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), 'socket', 'listen as systemd does');
  check(libc().bind(fd, address, address.length), 'bind', `listen at ${path}`);
  const buffer = Buffer.alloc(4096);
  return {
    take() {
      const texts: string[] = [];
      for (;;) {
        const length = libc().recv(fd, buffer, buffer.length, MSG_DONTWAIT);
        if (length < 0) return texts;
        texts.push(buffer.toString('utf8', 0, length));
      }
    },
    close() {
      libc().close(fd);
      rmSync(path, { force: true });
    },
  };
}
