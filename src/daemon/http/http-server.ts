/**
 * The HTTP server of vethd: read-only, and bounded in all that a client could take, because it shares its loop with
 * LACP. A connection carries one request; its length, its time and the number of connections are limited; answers are
 * made at most so often, whoever asks (route.ts). A client that does not read is dropped.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { hostname } from 'node:os';
import type { Log } from '../log.js';
import { type HttpAddress, isOwnName } from './address.js';
import { openStream } from './event-stream.js';
import type { DocumentRoute, HttpDocument, Route } from './route.js';

export interface HttpServerOptions {
  readonly address: HttpAddress;
  readonly routes: readonly Route[];
  readonly log: Log;
  /** Connections at a time. One more pushes out the one that has been silent longest. */
  readonly maxClients?: number;
  /** Of these, followers of a stream. */
  readonly maxStreams?: number;
  /** How long (ms) a client may take to ask, and how long to read. */
  readonly patienceMs?: number;
  /** Name of this machine. */
  readonly machine?: string;
}

export interface HttpServer {
  /** Where it listens. */
  readonly port: number;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** Octets of a request. */
const LONGEST_REQUEST = 8 * 1024;

/** No resource from elsewhere, no script but ours, nobody may frame it. */
const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  Connection: 'close',
} as const;

/** Resolves when clients can connect; rejects with the system's error when the address cannot be had. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { address, log, maxClients = 48, maxStreams = 16, patienceMs = 10_000, machine = hostname() } = options;
  const routes = new Map(options.routes.map((route) => [route.path, route]));
  const made = new Map<DocumentRoute, { readonly at: number; readonly document: HttpDocument }>();
  /** Those that have not asked yet, the oldest first. */
  const silent = new Set<Socket>();
  const all = new Set<Socket>();
  /** Those that follow a stream. */
  const following = new Set<Socket>();

  const documentOf = (route: DocumentRoute): HttpDocument => {
    const known = made.get(route);
    const now = performance.now();
    if (known !== undefined && (route.maxAgeMs === undefined || now - known.at < route.maxAgeMs)) return known.document;
    const document = route.answer();
    made.set(route, { at: now, document });
    return document;
  };

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return refuse(response, 405, `${request.method}: nothing can be changed here; use vethcfg`);
    }
    if (!isOwnName(request.headers.host, machine)) {
      const problem = `${request.headers.host ?? 'no name'}: not a name of this machine`;
      return refuse(response, 421, `${problem}; open the page by its IP address, as localhost, or as ${machine}`);
    }
    const path = request.url?.replace(/[?#].*$/, '') ?? '';
    const route = routes.get(path);
    if (route === undefined)
      return refuse(response, 404, `${path}: not here; there are ${[...routes.keys()].join(' ')}`);
    if ('answer' in route) {
      const { type, body } = documentOf(route);
      response.writeHead(200, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
      response.end(request.method === 'HEAD' ? undefined : body);
      return;
    }
    if (following.size >= maxStreams) return refuse(response, 503, 'too many follow already; try again later');
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    following.add(request.socket);
    request.socket.setTimeout(0);
    openStream(response, route, patienceMs);
  };

  const limits = { headersTimeout: patienceMs, requestTimeout: patienceMs, connectionsCheckingInterval: 1_000 };
  const server = createServer({ maxHeaderSize: LONGEST_REQUEST, ...limits }, (request, response) => {
    silent.delete(request.socket);
    response.on('error', () => {});
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    try {
      answer(request, response);
    } catch (error) {
      // A fault of the page must harm nothing but the page.
      log.error(`http: ${request.url}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'vethd failed to answer; see its log');
    }
  });
  server.maxRequestsPerSocket = 1;
  server.on('connection', (socket: Socket) => {
    if (all.size >= maxClients) {
      const [oldest] = silent;
      (oldest ?? socket).destroy();
      if (oldest === undefined) return;
    }
    all.add(socket);
    silent.add(socket);
    // Also for one that takes its answer octet by octet; a stream has its own measure.
    const deadline = setTimeout(() => following.has(socket) || socket.destroy(), 3 * patienceMs).unref();
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(deadline);
      all.delete(socket);
      silent.delete(socket);
      following.delete(socket);
    });
  });
  await listen(server, address);
  server.on('error', (error) => log.error(`http: ${error.message}`));

  return {
    port: (server.address() as AddressInfo).port, // it listens at an IP address
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of all) socket.destroy();
      }),
  };
}

function refuse(response: ServerResponse, code: number, text: string): void {
  const body = `${text}\n`;
  response.writeHead(code, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function listen(server: Server, { host, port }: HttpAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
