/** A control server with a handler of the test's own, in a directory of its own; removed after each test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type ControlServerOptions, type Handler, startControlServer } from '../../src/daemon/control-server.js';
import { createLog } from '../../src/daemon/log.js';
import { SOCKET_NAME } from '../../src/daemon/messages.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'veth-test-'));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export async function controlServer(handle: Handler, options: Partial<ControlServerOptions> = {}) {
  const runDir = temporaryDirectory();
  const path = join(runDir, SOCKET_NAME);
  const logged: string[] = [];
  const log = createLog('debug', (line) => logged.push(line));
  const server = await startControlServer({ path, handle, log, ...options });
  cleanups.push(() => server.close());
  return { runDir, path, logged, server };
}

export interface Client {
  readonly socket: Socket;
  /** Everything received so far. */
  received(): string;
  /** The next whole line, parsed. */
  answer(): Promise<unknown>;
  /** Resolves when the server has closed. */
  readonly closed: Promise<void>;
  send(message: unknown): void;
}

export function connect(path: string): Promise<Client> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path, allowHalfOpen: true });
    cleanups.push(() => socket.destroy());
    let text = '';
    let taken = 0;
    const waiting: (() => void)[] = [];
    socket.on('error', reject);
    const closed = new Promise<void>((done) => {
      socket.on('end', done);
      socket.on('close', () => done());
    });
    socket.on('data', (chunk) => {
      text += chunk.toString();
      for (const wake of waiting.splice(0)) wake();
    });
    const client: Client = {
      socket,
      closed,
      received: () => text,
      async answer() {
        for (;;) {
          const end = text.indexOf('\n', taken);
          if (end >= 0) {
            const line = text.slice(taken, end);
            taken = end + 1;
            return JSON.parse(line);
          }
          await new Promise<void>((wake, stop) => {
            waiting.push(wake);
            closed.then(() => stop(new Error(`closed after ${JSON.stringify(text.slice(0, 200))}`)));
          });
        }
      },
      send: (message) => socket.write(`${JSON.stringify(message)}\n`),
    };
    socket.on('connect', () => resolve(client));
  });
}
