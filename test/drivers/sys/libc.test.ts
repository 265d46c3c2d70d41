import { expect, test } from 'vitest';
import { EFD_NONBLOCK } from '../../../src/drivers/sys/constants.js';
import { check, libc, watchReadable } from '../../../src/drivers/sys/libc.js';
import { errnoName, SysError } from '../../../src/drivers/sys/sys-error.js';

test('a refused call throws who refused what, and what it was for', () => {
  const refused = () => check(libc().close(-1), 'close', 'close nothing at all');
  expect(refused).toThrow(SysError);
  expect(refused).toThrow('cannot close nothing at all: close: EBADF');
});

test('words of the kernel stand at the end of the message', () => {
  expect(new SysError('rtnetlink', 22, 'set the MTU', 'mtu less than device minimum').message).toBe(
    'cannot set the MTU: rtnetlink: EINVAL (mtu less than device minimum)',
  );
});

test('an errno without a name is told by its number', () => {
  expect([errnoName(11), errnoName(4711)]).toEqual(['EAGAIN', 'errno 4711']);
});

test('a watched descriptor calls back while it is readable, and not after the watch is closed', async () => {
  const fd = check(libc().eventfd(0, EFD_NONBLOCK), 'eventfd', 'test');
  const eight = Buffer.alloc(8);
  let calls = 0;
  try {
    await new Promise<void>((resolve) => {
      const watch = watchReadable(fd, () => {
        calls++;
        if (calls < 2) return; // not read: level-triggered, so it comes again
        libc().read(fd, eight, 8);
        watch.close();
        resolve();
      });
      eight.writeUInt8(3);
      libc().write(fd, eight, 8);
    });
    expect(eight.readUInt8(0)).toBe(3);
    libc().write(fd, eight, 8);
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toBe(2);
  } finally {
    libc().close(fd);
  }
});
