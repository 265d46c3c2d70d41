/**
 * The C library through koffi: the only place where a foreign function is declared.
 *
 * Loaded once, at the first call of `libc()`, so that pure parts and `vethcfg` never load it.
 * Every function here is synchronous and is called on non-blocking descriptors; koffi's asynchronous calls cost
 * 30-50 us and are not used. A Buffer passed as an argument is safe for the duration of the call; one whose
 * address is written into another buffer (iovec, msghdr, bpf_attr) must be kept referenced by the caller.
 */
import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';
import { SysError } from './sys-error.js';

/** Memory that a call reads or writes; null for a null pointer. */
export type Memory = Uint8Array | null;

/** Results are the C results: -1 on failure, then `libc().errno()` at once, or let `check` do both. */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Memory, length: number): number;
  setsockopt(fd: number, level: number, option: number, value: Memory, length: number): number;
  /** `length` is a 4-byte in-out buffer. */
  getsockopt(fd: number, level: number, option: number, value: Memory, length: Memory): number;
  ioctl(fd: number, request: number, argument: Memory): number;
  ioctlValue(fd: number, request: number, value: number): number;
  close(fd: number): number;
  read(fd: number, buffer: Memory, length: number): number;
  write(fd: number, buffer: Memory, length: number): number;
  send(fd: number, buffer: Memory, length: number, flags: number): number;
  sendto(fd: number, buffer: Memory, length: number, flags: number, address: Memory, addressLength: number): number;
  recv(fd: number, buffer: Memory, length: number, flags: number): number;
  /** `addressLength` is a 4-byte in-out buffer. */
  recvfrom(fd: number, buffer: Memory, length: number, flags: number, address: Memory, addressLength: Memory): number;
  sendmsg(fd: number, msghdr: Memory, flags: number): number;
  recvmsg(fd: number, msghdr: Memory, flags: number): number;
  sendmmsg(fd: number, mmsghdrs: Memory, count: number, flags: number): number;
  recvmmsg(fd: number, mmsghdrs: Memory, count: number, flags: number, timeout: Memory): number;
  /** `pollfds` is an array of struct pollfd (8 bytes each). */
  poll(pollfds: Memory, count: number, timeoutMs: number): number;
  eventfd(initial: number, flags: number): number;
  open(path: string, flags: number, mode: number): number;
  flock(fd: number, operation: number): number;
  mount(source: string, target: string, type: string, flags: number, options: string): number;
  setns(fd: number, kind: number): number;
  unshare(flags: number): number;
  dup(fd: number): number;
  dup2(fd: number, wanted: number): number;
  connect(fd: number, address: Memory, length: number): number;
  listen(fd: number, backlog: number): number;
  fcntl(fd: number, command: number, argument: number): number;
  prctl(option: number, second: number, third: number, fourth: number, fifth: number): number;
  /** `parameters` is struct sched_param: one int, the priority. */
  sched_setscheduler(pid: number, policy: number, parameters: Memory): number;
  capset(header: Memory, data: Memory): number;
  /** Does not return when it succeeds. Both lists end with null. */
  execve(path: string, argv: readonly (string | null)[], environment: readonly (string | null)[]): number;
  /** Ends the process at once, with nothing waited for. */
  _exit(code: number): never;
  /** bpf(2) and friends: up to three integer or pointer arguments after the number. */
  syscall(number: number, first: number, second: Memory, third: number): number;
  /** The address; MAP_FAILED (all ones) on failure. */
  mmap(address: Memory, length: number, protection: number, flags: number, fd: number, offset: number): number | bigint;
  munmap(address: bigint, length: number): number;
  /** Of the last call in this thread. */
  errno(): number;
  /** Address of a buffer, to be stored in another one; the caller keeps the buffer referenced. */
  address(memory: Uint8Array): bigint;
  /** Memory at an address as it is, not a copy; the caller keeps it mapped as long as the view is used. */
  view(address: bigint, length: number): ArrayBuffer;
}

type PollHandle = Koffi.node.PollHandle;

let koffiModule: typeof Koffi | undefined;

/** koffi itself, loaded on first use. */
function koffi(): typeof Koffi {
  koffiModule ??= createRequire(import.meta.url)('koffi') as typeof Koffi;
  return koffiModule;
}

/** C declarations. `syscall` and `ioctl` are variadic in C; integer arguments travel the same way on Linux ABIs. */
const DECLARATIONS = {
  socket: 'int socket(int domain, int type, int protocol)',
  bind: 'int bind(int fd, void *address, uint32_t length)',
  setsockopt: 'int setsockopt(int fd, int level, int option, void *value, uint32_t length)',
  getsockopt: 'int getsockopt(int fd, int level, int option, void *value, void *length)',
  ioctl: 'int ioctl(int fd, unsigned long request, void *argument)',
  ioctlValue: 'int ioctl(int fd, unsigned long request, long value)',
  close: 'int close(int fd)',
  read: 'intptr_t read(int fd, void *buffer, size_t length)',
  write: 'intptr_t write(int fd, void *buffer, size_t length)',
  send: 'intptr_t send(int fd, void *buffer, size_t length, int flags)',
  sendto: 'intptr_t sendto(int fd, void *buffer, size_t length, int flags, void *address, uint32_t addressLength)',
  recv: 'intptr_t recv(int fd, void *buffer, size_t length, int flags)',
  recvfrom: 'intptr_t recvfrom(int fd, void *buffer, size_t length, int flags, void *address, void *addressLength)',
  sendmsg: 'intptr_t sendmsg(int fd, void *msghdr, int flags)',
  recvmsg: 'intptr_t recvmsg(int fd, void *msghdr, int flags)',
  sendmmsg: 'int sendmmsg(int fd, void *mmsghdrs, unsigned int count, int flags)',
  recvmmsg: 'int recvmmsg(int fd, void *mmsghdrs, unsigned int count, int flags, void *timeout)',
  poll: 'int poll(void *pollfds, unsigned long count, int timeout)',
  eventfd: 'int eventfd(unsigned int initial, int flags)',
  open: 'int open(const char *path, int flags, int mode)',
  flock: 'int flock(int fd, int operation)',
  mount:
    'int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *options)',
  setns: 'int setns(int fd, int kind)',
  unshare: 'int unshare(int flags)',
  dup: 'int dup(int fd)',
  dup2: 'int dup2(int fd, int wanted)',
  connect: 'int connect(int fd, void *address, uint32_t length)',
  listen: 'int listen(int fd, int backlog)',
  fcntl: 'int fcntl(int fd, int command, long argument)',
  prctl: 'int prctl(int option, unsigned long second, unsigned long third, unsigned long fourth, unsigned long fifth)',
  sched_setscheduler: 'int sched_setscheduler(int pid, int policy, void *parameters)',
  capset: 'int capset(void *header, void *data)',
  execve: 'int execve(const char *path, const char **argv, const char **environment)',
  _exit: 'void _exit(int code)',
  syscall: 'long syscall(long number, long first, void *second, long third)',
  mmap: 'uintptr_t mmap(void *address, size_t length, int protection, int flags, int fd, long offset)',
  munmap: 'int munmap(uintptr_t address, size_t length)',
} as const satisfies Partial<Record<keyof Libc, string>>;

let bound: Libc | undefined;

/** The C library of this process (the image itself is searched, so glibc and musl both do). */
export function libc(): Libc {
  if (bound === undefined) {
    const library = koffi().load(null);
    const functions = Object.fromEntries(
      Object.entries(DECLARATIONS).map(([name, declaration]) => [name, library.func(declaration)]),
    );
    // The declarations above and the interface are held together by the tests, not by the compiler.
    bound = {
      ...functions,
      errno: () => koffi().errno(),
      address: (memory: Uint8Array) => koffi().address(memory),
      view: (address: bigint, length: number) => koffi().view(address, length),
    } as unknown as Libc;
  }
  return bound;
}

/** Passes a successful result through; throws `SysError` with the errno of the call just made otherwise. */
export function check(result: number, syscall: string, doing: string): number {
  if (result >= 0) return result;
  throw new SysError(syscall, libc().errno(), doing);
}

/** Poll handles stop silently when they are collected: all live ones are kept here. */
const watched = new Set<PollHandle>();

/** A descriptor on the event loop. */
export interface FdWatch {
  /** Ends the watch; the descriptor itself stays open and must be closed after this. */
  close(): void;
  ref(): void;
  unref(): void;
}

/** Calls `onReadable` from the event loop while `fd` has something to read (level-triggered). */
export function watchReadable(fd: number, onReadable: () => void): FdWatch {
  const handle = koffi().node.poll(fd, { readable: true }, () => onReadable());
  watched.add(handle);
  return {
    close: () => {
      if (!watched.delete(handle)) return;
      handle.stop();
      handle.close();
    },
    ref: () => handle.ref(),
    unref: () => handle.unref(),
  };
}
