import { createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { HttpService } from '../../../src/daemon/http/http-service.js';
import { createLog } from '../../../src/daemon/log.js';
import { readVethdOptions } from '../../../src/daemon/vethd-command.js';

let service: HttpService | undefined;
let other: Server | undefined;
let logged = '';
const log = createLog('info', (line) => {
  logged += line;
});

afterEach(async () => {
  await service?.close();
  other?.close();
  logged = '';
});

const occupied = (): Promise<number> =>
  new Promise((resolve) => {
    other = createServer().listen(0, '127.0.0.1', () => {
      const address = other?.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

test('an address that is in use is named once with the repair, and had as soon as it is free', async () => {
  const port = await occupied();
  service = new HttpService({ host: '127.0.0.1', port }, [], log, 20);
  await service.start();
  await delay(100);
  expect(logged.match(/vethd: error /g)).toHaveLength(1);
  expect(logged).toContain(
    `http: 127.0.0.1:${port}: another program listens there (ss -ltnp sport = ${port}); end it,`,
  );
  await new Promise((resolve) => other?.close(resolve));
  for (let waited = 0; waited < 100 && !logged.includes('page at'); waited++) await delay(10);
  expect(logged).toContain(`page at http://127.0.0.1:${port}/`);
});

test('an address of no interface is named', async () => {
  service = new HttpService({ host: '192.0.2.77', port: 8080 }, [], log);
  await service.start();
  expect(logged).toContain('http: 192.0.2.77:8080: no interface has this address; add it, or say another');
});

test('--http is read, and a word that is none is refused with what would be right', () => {
  expect(readVethdOptions(['--http', '8080'], {}).http).toEqual({ host: '127.0.0.1', port: 8080 });
  expect(readVethdOptions([], {}).http).toBeUndefined();
  expect(() => readVethdOptions(['--http', '0.0.0.0'], {})).toThrow(/no port is named; say 0\.0\.0\.0:8080/);
});
