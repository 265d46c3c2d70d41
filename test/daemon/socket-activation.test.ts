import { closeSync, openSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lookAtSocket, passedCount, passedSocket } from '../../src/daemon/socket-activation.js';
import { temporaryDirectory } from './control-fixture.js';

const PID = 4711;
const fine = () => undefined;
const forUs = (rest: Record<string, string>) => ({ LISTEN_PID: `${PID}`, ...rest });

describe('the descriptor of the control socket', () => {
  test.each<[string, Record<string, string>, number | undefined]>([
    ['none: nothing was passed', {}, undefined],
    ['none: passed to another process', { LISTEN_PID: '1', LISTEN_FDS: '1' }, undefined],
    ['none: nobody says to whom', { LISTEN_FDS: '1' }, undefined],
    ['none: zero descriptors', forUs({ LISTEN_FDS: '0' }), undefined],
    ['none: not a number', forUs({ LISTEN_FDS: 'x' }), undefined],
    ['the only one', forUs({ LISTEN_FDS: '1' }), 3],
    ['the only one, named after the unit', forUs({ LISTEN_FDS: '1', LISTEN_FDNAMES: 'vethd.socket' }), 3],
    ['the only one, name unknown', forUs({ LISTEN_FDS: '1', LISTEN_FDNAMES: 'unknown' }), 3],
    ['the one called so', forUs({ LISTEN_FDS: '3', LISTEN_FDNAMES: 'http:control:other' }), 4],
  ])('%s', (_, environment, fd) => {
    expect(passedSocket(environment, PID, fine)).toBe(fd);
  });

  test.each<[string, Record<string, string>]>([
    ['one of another name', { LISTEN_FDS: '1', LISTEN_FDNAMES: 'http' }],
    ['two without names', { LISTEN_FDS: '2' }],
    ['a name for a descriptor that is not there', { LISTEN_FDS: '1', LISTEN_FDNAMES: 'http:control' }],
  ])('refused: %s', (_, environment) => {
    expect(() => passedSocket(forUs(environment), PID, fine)).toThrow(/none is called control; .*FileDescriptorName/);
  });

  test('refused with what is wrong with it', () => {
    const look = (fd: number) => `is number ${fd}`;
    expect(() => passedSocket(forUs({ LISTEN_FDS: '1' }), PID, look)).toThrow('descriptor 3, which was passed, is num');
  });

  test('what is meant for another process is not counted as ours', () => {
    expect(passedCount({ LISTEN_PID: '1', LISTEN_FDS: '5' }, PID)).toBe(0);
    expect(passedCount(forUs({ LISTEN_FDS: '5' }), PID)).toBe(5);
  });
});

describe('what a descriptor is', () => {
  test('a unix stream socket that listens will do; its connections will not', async () => {
    const path = join(temporaryDirectory(), 'socket');
    const server = await listening({ path });
    expect(lookAtSocket(fdOf(server))).toBeUndefined();
    const client = createConnection(path);
    await new Promise((resolve) => client.once('connect', resolve));
    expect(lookAtSocket(fdOf(client))).toContain('does not listen');
    client.destroy();
    server.close();
  });

  test('a socket that the whole network could reach will not', async () => {
    const server = await listening({ host: '127.0.0.1', port: 0 });
    expect(lookAtSocket(fdOf(server))).toBe('is not a unix stream socket');
    server.close();
  });

  test('neither will a file, nor nothing at all', () => {
    const fd = openSync('/dev/null', 'r');
    expect(lookAtSocket(fd)).toBe('is not a socket');
    closeSync(fd);
    expect(lookAtSocket(fd)).toBe('is not a socket');
  });
});

function listening(where: { path: string } | { host: string; port: number }): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(where, () => resolve(server));
  });
}

/** Node.js keeps the number in its handle, which its types do not show. */
function fdOf(socket: Server | Socket): number {
  return (socket as unknown as { _handle: { fd: number } })._handle.fd;
}
