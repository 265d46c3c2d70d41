/** poll(2) over a list of descriptors that is laid out once. */
import { libc } from './libc.js';

/** struct pollfd: fd, events (low half), revents (high half). */
const POLLFD = 8;
const POLLIN = 1;

/** A list of descriptors to wait on; rebuilt only when ports come and go. */
export class PollSet {
  readonly #bytes: Uint8Array;
  readonly #fds: Int32Array;
  readonly #count: number;

  constructor(fds: readonly number[]) {
    this.#count = fds.length;
    this.#fds = new Int32Array((fds.length * POLLFD) / 4);
    this.#bytes = new Uint8Array(this.#fds.buffer);
    fds.forEach((fd, i) => {
      this.#fds[i * 2] = fd;
      this.#fds[i * 2 + 1] = POLLIN;
    });
  }

  /** Blocks this thread until something is to be read (or an error is to be taken), or until the time is over. */
  wait(timeoutMs: number): number {
    return libc().poll(this.#bytes, this.#count, timeoutMs);
  }

  /** Descriptor `i` has input or an error to be fetched. */
  ready(i: number): boolean {
    return (this.#fds[i * 2 + 1] ?? 0) >>> 16 !== 0;
  }
}
