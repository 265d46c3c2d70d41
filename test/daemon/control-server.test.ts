import { existsSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startControlServer } from '../../src/daemon/control-server.js';
import { createLog } from '../../src/daemon/log.js';
import type { Request } from '../../src/daemon/messages.js';
import { Refusal } from '../../src/daemon/refusal.js';
import { connect, controlServer } from './control-fixture.js';

const echo = async (request: Request) => ({ notes: [request.command] });
const version = (id: number) => ({ id, command: 'version', args: {} });
const answered = (id: number) => ({ id, ok: true, result: { notes: ['version'] } });

describe('in order', () => {
  test('the socket has mode 0600 and the umask of the process is as before', async () => {
    const before = process.umask();
    const { path } = await controlServer(echo);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(process.umask()).toBe(before);
  });

  test('the socket has mode 0600 as soon as it exists, with nothing awaited', async () => {
    const { path: used, runDir } = await controlServer(echo);
    const path = `${runDir}/second`;
    const log = createLog('error', () => {});
    const starting = startControlServer({ path, handle: echo, log });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await (await starting).close();
    expect(existsSync(path)).toBe(false);
    expect(existsSync(used)).toBe(true);
  });

  test('a request is answered under its number', async () => {
    const { path } = await controlServer(echo);
    const client = await connect(path);
    client.send(version(7));
    expect(await client.answer()).toEqual(answered(7));
  });

  test('pipelined requests are answered in their order though the first takes longest', async () => {
    let running = 0;
    const { path } = await controlServer(async (request) => {
      running += 1;
      expect(running).toBe(1);
      if (request.id === 1) await new Promise((resolve) => setTimeout(resolve, 20));
      running -= 1;
      return { notes: ['version'] };
    });
    const client = await connect(path);
    client.socket.write([1, 2, 3].map((id) => `${JSON.stringify(version(id))}\n`).join(''));
    expect([await client.answer(), await client.answer(), await client.answer()]).toEqual([1, 2, 3].map(answered));
  });

  test('a request may come octet by octet', async () => {
    const { path } = await controlServer(echo);
    const client = await connect(path);
    for (const octet of `${JSON.stringify(version(1))}\n`) {
      client.socket.write(octet);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await client.answer()).toEqual(answered(1));
  });

  test('a client that has shut down its sending side still gets its answers, then the end', async () => {
    const { path } = await controlServer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { notes: ['version'] };
    });
    const client = await connect(path);
    client.socket.end(`${JSON.stringify(version(1))}\n${JSON.stringify(version(2))}\n`);
    await client.closed;
    expect(
      client
        .received()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    ).toEqual([1, 2].map(answered));
  });

  test('close removes the socket, ends clients and does not wait for idle ones', async () => {
    const { path, server } = await controlServer(echo);
    const client = await connect(path);
    await server.close();
    await client.closed;
    expect(existsSync(path)).toBe(false);
  });

  test('a path that cannot be bound is an error of the start', async () => {
    const { path } = await controlServer(echo);
    const log = createLog('error', () => {});
    await expect(startControlServer({ path, handle: echo, log })).rejects.toThrow('EADDRINUSE');
  });
});

describe('errors of the handler', () => {
  test('a refusal is answered with thing, value and repair', async () => {
    const { path, logged } = await controlServer(async () => {
      throw new Refusal({ thing: 'eth9', problem: 'no such interface', repair: 'see ip link', value: 'eth9' });
    });
    const client = await connect(path);
    client.send(version(1));
    expect(await client.answer()).toEqual({
      id: 1,
      ok: false,
      error: {
        code: 'refused',
        message: 'eth9: no such interface; see ip link',
        thing: 'eth9',
        value: 'eth9',
        repair: 'see ip link',
      },
    });
    expect(logged).toEqual([]);
  });

  test('any other exception is "internal", is logged with its stack, and the next request is served', async () => {
    const { path, logged } = await controlServer(async (request) => {
      if (request.id === 1) throw new TypeError('boom');
      return { notes: ['version'] };
    });
    const client = await connect(path);
    client.send(version(1));
    expect(await client.answer()).toMatchObject({ id: 1, ok: false, error: { code: 'internal' } });
    expect(logged.join('')).toMatch(/^vethd: error [\d.]+ control: version failed: TypeError: boom \| at /);
    client.send(version(2));
    expect(await client.answer()).toEqual(answered(2));
  });

  test('a result that has no JSON is "internal" too', async () => {
    const { path } = await controlServer(async () => ({ big: 1n }));
    const client = await connect(path);
    client.send(version(1));
    expect(await client.answer()).toMatchObject({ id: 1, ok: false, error: { code: 'internal' } });
  });
});

describe('abuse', () => {
  test.each([
    ['text', 'hello\n', 'not a request: not JSON'],
    ['binary', Buffer.from([0, 255, 254, 10]), 'not a request: not JSON'],
    ['an empty line', '\n', 'not a request: not JSON'],
    ['a number', '5\n', 'not a request: '],
    ['a list', '[]\n', 'not a request: '],
    ['null', 'null\n', 'not a request: '],
    ['no number', '{"command":"version","args":{}}\n', 'not a request: id: '],
    ['a negative number', '{"id":-1,"command":"version","args":{}}\n', 'not a request: id: '],
    ['deep nesting', `${'['.repeat(60_000)}\n`, 'not a request: not JSON'],
    ['a line of 64 KiB and one', `${'x'.repeat(64 * 1024 + 1)}\n`, 'a line longer than 65536 octets'],
    ['a line without end', 'x'.repeat(70_000), 'a line longer than 65536 octets'],
  ])('%s: one error answer, then the end; others are served', async (_, garbage, message) => {
    const { path } = await controlServer(echo);
    const client = await connect(path);
    client.socket.write(garbage);
    await client.closed;
    const lines = client.received().split('\n');
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ id: null, ok: false, error: { code: 'invalid' } });
    expect(JSON.parse(lines[0] ?? '').error.message).toContain(message);
    const other = await connect(path);
    other.send(version(1));
    expect(await other.answer()).toEqual(answered(1));
  });

  test('requests after garbage are not served', async () => {
    const served: number[] = [];
    const { path } = await controlServer(async ({ id }) => served.push(id));
    const client = await connect(path);
    client.socket.write(`${JSON.stringify(version(1))}\ngarbage\n${JSON.stringify(version(2))}\n`);
    await client.closed;
    expect(served).toEqual([1]);
  });

  test.each([
    ['an unknown command', { id: 3, command: 'reboot', args: {} }],
    ['a missing argument', { id: 3, command: 'add', args: { port: 'eth0', options: [] } }],
    ['an unknown argument', { id: 3, command: 'status', args: { port: 'eth0' } }],
    ['a wrong type', { id: 3, command: 'set', args: { name: 'eth0', options: 'rate=fast' } }],
    ['too many options', { id: 3, command: 'set', args: { name: 'eth0', options: Array(65).fill('rate=fast') } }],
    ['an unknown key', { ...version(3), extra: 1 }],
    ['a polluting key', JSON.parse('{"id":3,"command":"version","args":{},"__proto__":{"ok":true}}')],
  ])('%s is answered as invalid under its number, and the connection goes on', async (_, message) => {
    const { path } = await controlServer(echo);
    const client = await connect(path);
    client.send(message);
    expect(await client.answer()).toMatchObject({ id: 3, ok: false, error: { code: 'invalid' } });
    client.send(version(4));
    expect(await client.answer()).toEqual(answered(4));
  });

  test('a flood of requests by a client that never reads waits in the client, which is dropped', async () => {
    let served = 0;
    const big = 'x'.repeat(100_000);
    const { path, logged } = await controlServer(
      async () => {
        served += 1;
        return { notes: [big] };
      },
      { unreadMs: 100 },
    );
    const client = await connect(path);
    client.socket.pause();
    for (let id = 0; id < 2_000; id++) client.send(version(id));
    await expect.poll(() => logged.join(''), { timeout: 3_000 }).toContain('does not read its answers');
    // 200 MB of answers were asked for; what fits into the kernel's buffers was made.
    expect(served).toBeLessThan(100);
    client.socket.resume();
    await client.closed;
    const other = await connect(path);
    other.send(version(1));
    expect(await other.answer()).toMatchObject({ id: 1, ok: true });
  });

  test('an answer beyond the limit of unread octets drops the client at once', async () => {
    const { path, logged } = await controlServer(async () => ({ notes: ['x'.repeat(3_000_000)] }), {
      maxUnread: 1_000_000,
      unreadMs: 60_000,
    });
    const client = await connect(path);
    client.socket.pause();
    client.send(version(1));
    await expect.poll(() => logged.join('')).toContain('too many unread answers');
  });

  test('a slow reader of a long answer gets all of it', async () => {
    const { path } = await controlServer(async () => ({ notes: ['x'.repeat(2_000_000)] }));
    const client = await connect(path);
    client.socket.pause();
    client.send(version(1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.socket.resume();
    expect(await client.answer()).toMatchObject({ id: 1, ok: true });
  });

  test('100 idle clients: the newest 64 stay, and a new one is served', async () => {
    const { path } = await controlServer(echo);
    const idle = [];
    for (let count = 0; count < 100; count++) idle.push(await connect(path));
    const client = await connect(path);
    client.send(version(1));
    expect(await client.answer()).toEqual(answered(1));
    // 101 came, 64 may be there: the oldest 37 were pushed out.
    await Promise.all(idle.slice(0, 37).map((each) => each.closed));
    idle.at(-1)?.send(version(2));
    expect(await idle.at(-1)?.answer()).toEqual(answered(2));
    idle[37]?.send(version(3));
    expect(await idle[37]?.answer()).toEqual(answered(3));
  });

  test('clients that wait for answers are not pushed out: the newcomer is told to try again', async () => {
    const releases: (() => void)[] = [];
    const { path } = await controlServer(
      () => new Promise((resolve) => releases.push(() => resolve({ notes: ['version'] }))),
      { maxClients: 2 },
    );
    const first = await connect(path);
    const second = await connect(path);
    first.send(version(1));
    second.send(version(2));
    await expect.poll(() => releases.length).toBe(2);
    const third = await connect(path);
    expect(await third.answer()).toMatchObject({ id: null, ok: false, error: { code: 'busy' } });
    for (const release of releases) release();
    expect([await first.answer(), await second.answer()]).toEqual([answered(1), answered(2)]);
  });

  test('a client that vanishes in the middle of a request harms nobody', async () => {
    let release = () => {};
    const { path } = await controlServer(async (request) => {
      if (request.id === 1) await new Promise<void>((resolve) => (release = resolve));
      return { notes: ['version'] };
    });
    const client = await connect(path);
    client.send(version(1));
    client.socket.write('{"id":');
    await new Promise((resolve) => setTimeout(resolve, 10));
    client.socket.destroy();
    release();
    const other = await connect(path);
    other.send(version(2));
    expect(await other.answer()).toEqual(answered(2));
  });
});

describe('a request with several answers', () => {
  const follow = (id: number) => ({ id, command: 'events', args: { follow: true, json: false } });
  const part = (id: number, n: number) => ({ id, ok: true, more: true, result: { lines: [`${n}`], missed: 0 } });

  /** Parts that are made when they are asked for; `ended` tells that nobody will ask any more. */
  function parts(count: number, text = (n: number) => `${n}`) {
    const state = { asked: 0, ended: false };
    async function* generate() {
      try {
        for (let n = 1; n <= count; n++) {
          state.asked = n;
          yield { lines: [text(n)], missed: 0 };
        }
        if (count === 3) return;
        await new Promise(() => {});
      } finally {
        state.ended = true;
      }
    }
    return { state, generate };
  }

  test('they come in order with `more`, the last without, and then the next request is answered', async () => {
    const { generate } = parts(3);
    const { path } = await controlServer(async (request) =>
      request.command === 'events' ? generate() : echo(request),
    );
    const client = await connect(path);
    client.socket.write(`${JSON.stringify(follow(1))}\n${JSON.stringify(version(2))}\n`);
    for (const n of [1, 2, 3]) expect(await client.answer()).toEqual(part(1, n));
    expect(await client.answer()).toEqual({ id: 1, ok: true, result: {} });
    expect(await client.answer()).toEqual(answered(2));
  });

  test('a listener that has stopped reading is asked for no more, and dropped when its patience is over', async () => {
    const { state, generate } = parts(100_000, () => 'x'.repeat(1_000));
    const { path, logged } = await controlServer(async () => generate(), { unreadMs: 200 });
    const client = await connect(path);
    client.socket.pause();
    client.send(follow(1));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(state.asked).toBeLessThan(2_000);
    expect(logged.join('')).toContain('does not read its answers');
    expect(state.ended).toBe(true);
  });

  test('listeners give way to a client that asks for something', async () => {
    const handle = async (request: Request) => (request.command === 'events' ? parts(1).generate() : echo(request));
    const { path } = await controlServer(handle, { maxClients: 2 });
    const listeners = await Promise.all([connect(path), connect(path)]);
    for (const listener of listeners) {
      listener.send(follow(1));
      await listener.answer();
    }
    const client = await connect(path);
    client.send(version(7));
    expect(await client.answer()).toEqual(answered(7));
    await listeners[0]?.closed;
  });

  test('a listener that goes on asking meanwhile is heard up to a bound, and harms nobody', async () => {
    const { path } = await controlServer(async (request) =>
      request.command === 'events' ? parts(1).generate() : echo(request),
    );
    const noisy = await connect(path);
    noisy.send(follow(1));
    await noisy.answer();
    noisy.socket.write('x'.repeat(4 * 1024 * 1024));
    const client = await connect(path);
    client.send(version(7));
    expect(await client.answer()).toEqual(answered(7));
    expect(noisy.socket.writableLength).toBeGreaterThan(3 * 1024 * 1024); // the rest waits at its sender
  });
});
