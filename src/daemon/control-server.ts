/**
 * The control socket: takes requests of `vethcfg` and scripts, gives them to one handler, answers in order.
 * The socket has mode 0600 from its first moment. A client can harm neither the daemon nor other clients: lines,
 * unread answers and the number of clients are bounded, and who is pushed out is a client that asks for nothing.
 */
import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { duplicate, moveTo } from '../drivers/sys/descriptors.js';
import { serveClient } from './control-client.js';
import { listenAt } from './control-socket.js';
import type { Log } from './log.js';
import type { Answer, Request } from './messages.js';

/** Gives the result of a request, or several of them one after the other; a thrown `Refusal` becomes an answer, any other error an `internal` one. */
export type Handler = (request: Request) => Promise<unknown>;

export interface ControlServerOptions {
  /** Where the socket is made; nothing may be there. */
  readonly path: string;
  /** A socket that listens already, passed by systemd, to be used instead; it is not ours to remove. */
  readonly passed?: number | undefined;
  /** A socket at `path` that listens already, from the `handOver` of a server before. */
  readonly inherited?: number | undefined;
  readonly handle: Handler;
  readonly log: Log;
  /** Connections at a time. One more pushes out the one that has been idle longest. */
  readonly maxClients?: number;
  /** Octets of answers that a client may leave unread. */
  readonly maxUnread?: number;
  /** How long (ms) answers may stay unread before the client is dropped. */
  readonly unreadMs?: number;
}

export interface ControlServer {
  /** Ends all connections and removes the socket. Answers that are ready are still sent. */
  close(): Promise<void>;
  /**
   * As `close`, but the socket goes on listening without anybody who takes clients: they wait for the server that gets
   * it as `inherited`. Gives its descriptor. A socket that was passed keeps its number.
   */
  handOver(): number;
}

/** Resolves when clients can connect; rejects with the system's error when the socket cannot be made. */
export async function startControlServer(options: ControlServerOptions): Promise<ControlServer> {
  const {
    path,
    passed,
    inherited,
    handle,
    log,
    maxClients = 64,
    maxUnread = 8 * 1024 * 1024,
    unreadMs = 10_000,
  } = options;
  // A Set keeps its order: the client that was active last is at the end.
  const idle = new Set<Socket>();
  const busy = new Set<Socket>();

  // Half-open: a script may shut down its sending side and still read the answers.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', (error) => log.debug(`control: client gone: ${error.message}`));
    if (idle.size + busy.size >= maxClients && !dropLongestIdle(idle, log)) {
      socket.end(`${JSON.stringify(BUSY)}\n`, () => socket.destroy());
      return;
    }
    idle.add(socket);
    socket.on('close', () => {
      idle.delete(socket);
      busy.delete(socket);
    });
    serveClient(socket, {
      handle,
      log,
      maxUnread,
      unreadMs,
      setBusy(isBusy) {
        if (socket.destroyed) return;
        (isBusy ? idle : busy).delete(socket);
        (isBusy ? busy : idle).add(socket);
      },
    });
  });
  const fd = passed ?? inherited ?? listenAt(path);
  await listen(server, fd);
  server.on('error', (error) => log.error(`control: ${error.message}`));

  const dismissAll = () => {
    for (const socket of [...idle, ...busy]) socket.destroySoon();
  };

  return {
    handOver() {
      const kept = duplicate(fd);
      server.close();
      dismissAll();
      if (passed === undefined) return kept;
      moveTo(kept, passed);
      return passed;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        dismissAll();
        // A client that never reads must not hold up the end of the daemon.
        setTimeout(() => {
          for (const socket of [...idle, ...busy]) socket.destroy();
        }, 500).unref();
        if (passed === undefined) rmSync(path, { force: true });
      }),
  };
}

const BUSY: Answer = {
  id: null,
  ok: false,
  error: { code: 'busy', message: 'too many clients are waiting for answers; try again' },
};

function dropLongestIdle(idle: Set<Socket>, log: Log): boolean {
  const [longest] = idle;
  if (longest === undefined) return false;
  log.debug('control: too many clients, the longest idle one is dropped');
  idle.delete(longest);
  longest.destroy();
  return true;
}

function listen(server: ReturnType<typeof createServer>, fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ fd }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
