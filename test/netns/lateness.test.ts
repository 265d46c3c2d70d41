/** LACP at fast rate goes on through what holds up other programs: nothing here may cost a port. */
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compiled, Daemon, distributing, executable } from '../../scripts/lab/daemon.js';
import { must, run } from '../../scripts/lab/processes.js';
import { tcp } from '../../scripts/lab/traffic.js';
import { type LatenessReport, SOCKET_NAME } from '../../src/daemon/messages.js';
import { addAll, address } from '../support/daemon-pair.js';
import { joinedBy, type Pair, useLab } from '../support/netns.js';

const lab = useLab();
let left: Daemon;
let right: Daemon;
let pair: Pair;
/** Why the run directory of `left` is not on a disk of its own; undefined when it is. */
let noDisk: string | undefined;

beforeAll(async () => {
  pair = await joinedBy(lab, 2);
  left = new Daemon(lab, pair.a);
  right = new Daemon(lab, pair.b);
  left.words = ['--http', `${PAGE}`];
  noDisk = await mountDisk(left.runDirectory);
  await Promise.all([left.start(), right.start()]);
  await Promise.all([left, right].map((daemon) => addAll(daemon, pair.ports, 'rate=fast')));
  await distributing([left, right], pair.ports);
  await address(pair.a, '10.0.0.1/24');
  await address(pair.b, '10.0.0.2/24');
});
afterAll(async () => {
  await left.stop();
  if (noDisk === undefined) await must(['umount', left.runDirectory]);
});

/** A file system in a file, which fsfreeze(8) can stop as a dying disk would. Gives why there can be none here. */
async function mountDisk(directory: string): Promise<string | undefined> {
  const image = join(lab.directory, 'disk');
  const words = ['truncate -s 8M', 'mkfs.ext4 -q', 'mount -o loop'];
  for (const word of words) {
    const argv = [...word.split(' '), image, ...(word.startsWith('mount') ? [directory] : [])];
    const { code, stderr } = await run(argv).catch((error: Error) => ({ code: 1, stderr: error.message }));
    if (code !== 0) return `${argv[0]}: ${stderr.trim()}`;
  }
  return undefined;
}

const PAGE = 8080;
/** Longer than the 3 s after which a partner with short timeout is given up. */
const PRESSURE_S = 5;

const machines = (daemon: Daemon) =>
  daemon.process.stdout.split('\n').filter((line) => / (mux|receive): /.test(line)).length;

async function lateness(daemon: Daemon): Promise<LatenessReport> {
  return JSON.parse(await daemon.mustCfg('--json show')).lateness;
}

describe('two links at fast rate', () => {
  const before: number[] = [];
  beforeEach(() => {
    before.splice(0, before.length, ...[left, right].map(machines));
  });

  // No port has left CURRENT or DISTRIBUTING on either side, not even for a moment: each such step is a line of the log.
  afterEach(async ({ task }) => {
    expect([left, right].map(machines)).toEqual(before);
    for (const daemon of [left, right]) expect(daemon.distributes(pair.ports), daemon.table()).toBe(true);
    const { served, worst } = await lateness(left);
    console.log(`${task.name}: ${served} timers served since the start, the worst ${worst.toFixed(1)} ms late`);
    expect(worst).toBeLessThan(3000);
  });

  test('the data path is saturated in both directions', async () => {
    const { a, b } = pair;
    const rates = await Promise.all([
      tcp(a, b, '10.0.0.2', { seconds: PRESSURE_S, streams: 8 }),
      tcp(b, a, '10.0.0.1', { seconds: PRESSURE_S, streams: 8, port: 5202 }),
    ]);
    for (const rate of rates) expect(rate).toBeGreaterThan(1e7);
  });

  test('eight programs want the processor for themselves', async () => {
    const busy = Array.from({ length: 8 }, () => run(['timeout', `${PRESSURE_S}`, 'sh', '-c', 'while :; do :; done']));
    await Promise.all(busy);
  });

  test('a client that asks and never reads, and commands that are stopped in the middle', async () => {
    const client = connect(join(left.runDirectory, SOCKET_NAME));
    client.on('error', () => {});
    client.pause();
    const asking = setInterval(() => client.write(`${JSON.stringify({ id: 1, command: 'show', args: {} })}\n`), 5);
    const command = [executable('vethcfg'), '--run-dir', left.runDirectory, 'show'];
    const stopped = Array.from({ length: 3 }, () => pair.a.start(command));
    try {
      // As long as starting Node.js takes, more or less: some are stopped before they ask, some after.
      await delay(80);
      for (const command of stopped) command.kill('SIGSTOP');
      await delay(PRESSURE_S * 1000);
      // Others are answered meanwhile.
      expect((await left.cfg('status')).code).toBe(0);
    } finally {
      clearInterval(asking);
      client.destroy();
      for (const command of stopped) command.kill('SIGKILL');
    }
  });

  test('all ask for the page at once, follow it and never read, or send without end', async () => {
    const flood = [process.execPath, compiled('scripts/lab/http-flood.js'), `${PAGE}`, `${PRESSURE_S * 1000}`];
    const answers = await pair.a.must(flood);
    expect(Number(answers)).toBeGreaterThan(10);
  });

  test('the disk of the run directory hangs', async ({ skip }) => {
    if (noDisk !== undefined) skip(`no file system of our own can be mounted: ${noDisk}`);
    // Frozen and thawed by one command, so that it is thawed also when we end in between.
    const directory = left.runDirectory;
    const freezing = must(['sh', '-c', `fsfreeze -f ${directory}; sleep ${PRESSURE_S}; fsfreeze -u ${directory}`]);
    await delay(300);
    // What must be on the disk before it is acknowledged waits; what must not, does not.
    let acknowledged = false;
    const change = left.mustCfg('set veth0 hash=layer2').then(() => {
      acknowledged = true;
    });
    await delay(1000);
    expect((await left.cfg('status')).code).toBe(0);
    expect(acknowledged).toBe(false);
    await freezing;
    await change;
  });
});
