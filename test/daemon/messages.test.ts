import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { answerSchema, defaultRunDir, requestSchema, resultSchemas, VERSION } from '../../src/daemon/messages.js';
import { aggregatorStatus, shownAggregator, showResult } from './builders.js';

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('the version is that of the package', () => {
  const url = new URL('../../package.json', import.meta.url);
  expect(JSON.parse(readFileSync(url, 'utf8')).version).toBe(VERSION);
});

test('the run directory is /run/veth unless the environment names another', () => {
  expect(defaultRunDir({})).toBe('/run/veth');
  expect(defaultRunDir({ VETH_RUN_DIR: '' })).toBe('/run/veth');
  expect(defaultRunDir({ VETH_RUN_DIR: '/tmp/x' })).toBe('/tmp/x');
});

test.each([
  { id: 0, command: 'add', args: { port: 'eth0', veth: 'veth0', options: ['rate=fast'] } },
  { id: 1, command: 'del', args: { port: 'eth0', veth: 'veth0' } },
  { id: 1, command: 'del', args: { veth: 'veth0' } },
  { id: 1, command: 'set', args: { name: 'veth0', options: ['rate=fast'] } },
  { id: 1, command: 'status', args: {} },
  { id: 1, command: 'status', args: { veth: 'veth0' } },
  { id: 1, command: 'show', args: {} },
  { id: 1, command: 'show', args: { name: 'eth0' } },
  { id: 1, command: 'version', args: {} },
])('%j is a request', (request) => {
  expect(requestSchema.parse(overTheWire(request))).toEqual(request);
});

test('status and show pass the wire; what is undefined reads as undefined again', () => {
  const unknown = { activeLag: undefined, partnerSystem: undefined, partnerKey: undefined };
  const status = { table: 'x', status: { aggregators: [aggregatorStatus(unknown)] } };
  expect(resultSchemas.status.parse(overTheWire(status))).toEqual(status);
  const show = showResult([shownAggregator(unknown)]);
  expect(resultSchemas.show.parse(overTheWire(show))).toEqual(show);
});

test('fields of a newer daemon pass, wrong ones do not', () => {
  const status = { aggregators: [{ ...aggregatorStatus({}), future: 1 }] };
  expect(resultSchemas.status.parse({ table: '', status })).toMatchObject({ status });
  const wrong = { aggregators: [{ ...aggregatorStatus({}), carrier: 'yes' }] };
  expect(resultSchemas.status.safeParse({ table: '', status: wrong }).success).toBe(false);
});

test('an answer may say that more follow', () => {
  const answer = { id: 1, ok: true, result: {}, more: true };
  expect(answerSchema.parse(answer)).toEqual(answer);
});
