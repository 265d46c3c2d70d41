/**
 * `vethd --http ADDRESS`: the server from start to end. LACP does not depend on it: an address that cannot be had (in
 * use, or not there yet, like one of veth0 itself) is told and tried again.
 */

import type { Log } from '../log.js';
import { type HttpAddress, isLoopback, printAddress } from './address.js';
import { type HttpServer, startHttpServer } from './http-server.js';
import type { Route } from './route.js';

const TRY_AGAIN_MS = 5_000;

export class HttpService {
  #server: HttpServer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #told: string | undefined;
  #closed = false;

  constructor(
    private readonly address: HttpAddress,
    private readonly routes: readonly Route[],
    private readonly log: Log,
    private readonly tryAgainMs = TRY_AGAIN_MS,
  ) {}

  /** Resolves when it listens, or will be tried again. */
  async start(): Promise<void> {
    const { address, routes, log } = this;
    const where = printAddress(address);
    try {
      const server = await startHttpServer({ address, routes, log });
      if (this.#closed) return await server.close();
      this.#server = server;
      log.info(`http: page at http://${where}/`);
      if (!isLoopback(address)) log.warn(`http: whoever reaches ${where} can read the state of the links`);
    } catch (error) {
      const problem = `http: ${where}: ${explain(error, address)}`;
      if (problem !== this.#told) log.error(`${problem}; trying again every ${this.tryAgainMs / 1_000} s`);
      this.#told = problem;
      if (!this.#closed) this.#timer = setTimeout(() => void this.start(), this.tryAgainMs).unref();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#server?.close();
  }
}

function explain(error: unknown, { port }: HttpAddress): string {
  const { code, message } = error as NodeJS.ErrnoException; // what a server that does not listen tells
  switch (code) {
    case 'EADDRINUSE':
      return `another program listens there (ss -ltnp sport = ${port}); end it, or say another port`;
    case 'EADDRNOTAVAIL':
      return 'no interface has this address; add it, or say another';
    case 'EACCES':
      return `vethd may not listen at port ${port}; say 1024 or more`;
    case 'EAFNOSUPPORT':
      return 'this address family is closed to vethd; say an IPv4 address, or permit it (RestrictAddressFamilies)';
    default:
      return message;
  }
}
