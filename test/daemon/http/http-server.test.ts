/** The server as clients meet it, good and bad ones. */
import { request as ask, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../../../src/daemon/http/http-server.js';
import { json, type Route, type StreamClient } from '../../../src/daemon/http/route.js';
import { createLog } from '../../../src/daemon/log.js';

const PATIENCE = 200;
let server: HttpServer | undefined;
let sockets: Socket[] = [];
const logged: string[] = [];

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  logged.length = 0;
  await server?.close();
});

async function serve(routes: readonly Route[], options: Partial<HttpServerOptions> = {}): Promise<void> {
  const log = createLog('info', (line) => logged.push(line));
  const address = { host: '127.0.0.1', port: 0 };
  server = await startHttpServer({ address, routes, log, patienceMs: PATIENCE, machine: 'router', ...options });
}

interface Got {
  readonly code: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function get(path: string, { method = 'GET', host = 'localhost' } = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const port = server?.port;
    const request = ask({ host: '127.0.0.1', port, path, method, headers: { host } }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part) => {
        body += part;
      });
      response.on('end', () => resolve({ code: response.statusCode, headers: response.headers, body }));
    });
    request.on('error', reject);
    request.end();
  });
}

/** A connection on which nothing is said yet; `closed` resolves when the server ends it. */
function open(): { socket: Socket; closed: Promise<void>; read: () => string } {
  const socket = connect(server?.port ?? 0, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  let text = '';
  socket.on('data', (part) => {
    text += part;
  });
  return { socket, closed: new Promise((resolve) => socket.on('close', () => resolve())), read: () => text };
}

const hello: Route = { path: '/api/hello', maxAgeMs: undefined, answer: () => json({ hello: 'there' }) };

test('a document is answered with its type, to be kept by nobody, without scripts from elsewhere', async () => {
  await serve([hello]);
  const { code, headers, body } = await get('/api/hello?x=1');
  expect([code, body]).toEqual([200, '{"hello":"there"}']);
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
  expect(headers['access-control-allow-origin']).toBeUndefined();
  expect(await get('/api/hello', { method: 'HEAD' })).toMatchObject({ code: 200, body: '' });
});

test('nothing can be changed: every other method is refused with those that are allowed', async () => {
  await serve([hello]);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    const { code, headers } = await get('/api/hello', { method });
    expect([method, code, headers.allow]).toEqual([method, 405, 'GET, HEAD']);
  }
});

test('a page that points its own name here reads nothing', async () => {
  await serve([hello]);
  const { code, body } = await get('/api/hello', { host: 'evil.example' });
  expect(code).toBe(421);
  expect(body).toContain('evil.example: not a name of this machine; open the page by its IP address');
  expect(await get('/api/hello', { host: 'router:8080' })).toMatchObject({ code: 200 });
});

test('what is not there is named, and no file can be reached by dots', async () => {
  await serve([hello]);
  for (const path of ['/nothing', '/../../../etc/passwd', '/%2e%2e/secret']) {
    expect(await get(path)).toMatchObject({ code: 404 });
  }
});

test('an answer is made once for all who ask within its time', async () => {
  let made = 0;
  await serve([{ path: '/n', maxAgeMs: 60_000, answer: () => json(++made) }]);
  expect(await Promise.all(Array.from({ length: 20 }, async () => (await get('/n')).body))).toEqual(
    Array(20).fill('1'),
  );
});

test('a fault of ours is answered and logged, and the next is served', async () => {
  await serve([
    hello,
    {
      path: '/broken',
      maxAgeMs: 0,
      answer: () => {
        throw new Error('a fault');
      },
    },
  ]);
  expect(await get('/broken')).toMatchObject({ code: 500 });
  expect(logged.join('')).toContain('a fault');
  expect(await get('/api/hello')).toMatchObject({ code: 200 });
});

test('who connects and says nothing, or too much, is dropped, and is pushed out by one who asks', async () => {
  await serve([hello], { maxClients: 3 });
  const mute = [open(), open(), open()];
  await delay(50);
  expect(await get('/api/hello')).toMatchObject({ code: 200 });
  await Promise.all(mute.map(({ closed }) => closed));
  const long = open();
  long.socket.write(`GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`);
  await long.closed;
  expect(long.read()).toMatch(/^HTTP\/1.1 431 /);
});

test('a connection carries one request, whatever is sent after it', async () => {
  let made = 0;
  await serve([{ path: '/n', maxAgeMs: 0, answer: () => json(++made) }]);
  const { socket, closed, read } = open();
  socket.write('GET /n HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(50));
  await closed;
  expect(made).toBe(1);
  expect(read().match(/HTTP\/1.1 200/g)).toHaveLength(1);
});

test('a stream is followed; one who does not read it is dropped, one too many is refused, and its end is noticed', async () => {
  const clients = new Set<StreamClient>();
  const stream: Route = {
    path: '/live',
    open: (client) => {
      clients.add(client);
      return () => clients.delete(client);
    },
  };
  await serve([hello, stream], { maxStreams: 2 });
  const ask = 'GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const [reader, sleeper] = [open(), open()];
  for (const { socket } of [reader, sleeper]) socket.write(ask);
  while (clients.size < 2) await delay(5);
  expect(await get('/live')).toMatchObject({ code: 503 });
  sleeper.socket.pause();
  const from = Date.now();
  while (clients.size === 2 && Date.now() - from < 5_000) {
    for (const client of clients) if (client.ready) client.send('state', 'x'.repeat(200_000));
    await delay(5);
  }
  expect(clients.size).toBe(1);
  // Longer than the patience with one who asks.
  await delay(4 * PATIENCE);
  for (const client of clients) client.send('last', 'words');
  await delay(50);
  expect(reader.read()).toContain('event: last\ndata: words\n\n');
  reader.socket.destroy();
  while (clients.size > 0) await delay(5);
});
