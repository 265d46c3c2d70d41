/** `vethcfg replay` on files: what it prints, and how it ends. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { encodeLacpdu } from '../../src/lacp/lacpdu.pdu.js';
import { slowProtocolsFrame } from '../../src/lacp/slow-protocols.js';
import { progressBar } from '../../vethcfg/progress-bar.js';
import { lacpdu } from '../support/builders.js';
import { type Packet, pcapFile } from '../support/pcap.js';
import { temporaryDirectory, vethcfg } from './support.js';

vi.setConfig({ testTimeout: 30_000 });

/** 2026-01-01 in microseconds. */
const T0 = 1_767_225_600_000_000n;
const a = lacpdu({ actor: { System: '02:00:00:00:00:0a' }, partner: { System: '02:00:00:00:00:0b' } });
const b = lacpdu({ actor: { System: '02:00:00:00:00:0b' }, partner: { System: '02:00:00:00:00:0a' } });

/** Both ends, once a second. */
function link(seconds: number): Packet[] {
  return Array.from({ length: seconds }, (_, second) => [
    { time: T0 + BigInt(second) * 1_000_000n, data: slowProtocolsFrame('02:00:00:00:0a:01', encodeLacpdu(a)) },
    { time: T0 + BigInt(second) * 1_000_000n + 500n, data: slowProtocolsFrame('02:00:00:00:0b:01', encodeLacpdu(b)) },
  ]).flat();
}

function file(name: string, octets: Uint8Array): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, octets);
  return path;
}

test('a link: its ends, what they said, their rhythm, no disagreement; exit code 0', async () => {
  const { code, stdout, stderr } = await vethcfg(['replay', file('link.pcap', pcapFile(link(10)))]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('time from 2026-01-01T00:00:00.000Z in seconds, packet, end\n');
  expect(stdout).toContain(
    '      0.001     #2  B/1    is system 32768,02:00:00:00:00:0b key 0x0001 port 128,1, sends from 02:00:00:00:0b:01\n' +
      '      0.001     #2  B/1    says LTASCD__ of itself, LTASCD__ of A/1\n',
  );
  expect(stdout).toMatch(/^ {6}2\.001 {9}A\/1 {4}mux: WAITING \(Ready = TRUE: .*\) -> DISTRIBUTING$/m);
  expect(stdout).toContain(
    'A/1: system 32768,02:00:00:00:00:0a key 0x0001 port 128,1, version 1; far end B/1\n' +
      '  10 LACPDUs from 0.000 (#1) to 9.000 (#19), last state LTASCD__; 1 in the busiest second\n' +
      '  asked for the fast rate: 9 intervals, 1.00 / 1.00 / 1.00 s (least, median, most), 0 late, 0 missing, 0 silences\n',
  );
  expect(stdout).toContain('\nDisagreements with the standard: none\n');
  expect(stdout).toMatch(/\n {2}B\/1: in use .*, nothing to mend\n$/);
});

test('--json is one document with all of it', async () => {
  const { code, stdout } = await vethcfg(['--json', 'replay', file('link.pcap', pcapFile(link(10)))]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    start: 1_767_225_600_000,
    files: [{ format: 'pcap, microseconds, little-endian', packets: 20, notes: [] }],
    ends: [{ end: 'A/1', far: 'B/1', lacpdus: 10 }, { end: 'B/1' }],
    disagreements: [],
    history: expect.arrayContaining([expect.objectContaining({ kind: 'machine', end: 'B/1' })]),
  });
});

test('--side and --port show some ends only', async () => {
  const path = file('link.pcap', pcapFile(link(10)));
  const { stdout } = await vethcfg(['replay', '--side', '02:00:00:00:00:0b', path]);
  expect(stdout).toMatch(/^B\/1: /m);
  expect(stdout).not.toMatch(/^A\/1: |#\d+ {2}A\/1 /m);
  expect(JSON.parse((await vethcfg(['--json', 'replay', '--port', '2', path])).stdout)).toMatchObject({
    ends: [],
    history: [],
  });
});

test('two captures of one link, one at each end, are one link', async () => {
  const here = file('here.pcap', pcapFile(link(5)));
  const there = file('there.pcap', pcapFile(link(5).map(({ time, data }) => ({ time: time + 90n, data }))));
  const { stdout } = await vethcfg(['--json', 'replay', here, there]);
  const document = JSON.parse(stdout);
  expect(document).toMatchObject({ duplicates: 10, disagreements: [], ends: [{ lacpdus: 5 }, { lacpdus: 5 }] });
});

test('standard input, as a process', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--import', 'tsx', join(root, 'vethcfg/main.ts'), 'replay', '-'],
    { input: pcapFile(link(3)), encoding: 'utf8', cwd: root },
  );
  expect(status).toBe(0);
  expect(stdout).toContain('standard input: pcap, microseconds, little-endian, 6 packets, 2.001 s\n');
});

describe('exit codes', () => {
  test('4: a damaged capture; what comes before the damage is used, and its place is told', async () => {
    const path = file('cut.pcap', pcapFile(link(5)).slice(0, 24 + 3 * 140 + 50));
    const { code, stdout, stderr } = await vethcfg(['replay', path]);
    expect(code).toBe(4);
    expect(stderr).toBe(
      `vethcfg: ${path}: damaged at octet 444: the file ends after 50 octets of a record; what comes before was used\n`,
    );
    expect(stdout).toContain('  2 LACPDUs from 0.000 (#1) to 1.000 (#3)');
    expect(stdout).toContain('  DAMAGED at octet 444: the file ends after 50 octets of a record\n');
  });

  test('5: nobody speaks LACP', async () => {
    const { code, stdout } = await vethcfg(['replay', file('none.pcap', pcapFile([]))]);
    expect(code).toBe(5);
    expect(stdout).toContain(
      'No LACP: nobody has sent an LACPDU. LACP is off at both ends, or both are passive, or something filters it.\n',
    );
  });

  test.each([
    ['text', Buffer.from('no capture at all'), 'neither pcap nor pcapng'],
    ['an empty file', new Uint8Array(0), 'the file ends after 0 octets of a capture file'],
  ])('1: %s', async (_, octets, why) => {
    const path = file('x', octets);
    expect(await vethcfg(['replay', path])).toEqual({ code: 1, stdout: '', stderr: `vethcfg: ${path}: ${why}\n` });
  });

  test('1: a file that is not there', async () => {
    expect(await vethcfg(['replay', '/nonexistent/x.pcap'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^vethcfg: \/nonexistent\/x\.pcap: cannot be read \(ENOENT/),
    });
  });

  test.each([
    [['replay'], 'missing required argument'],
    [['replay', '--port', 'eth0', 'x'], '--port eth0: not a port number; say 0 to 65535'],
    [['replay', '--side', 'A', 'x'], '--side A: not a system'],
    [['replay', 'x', 'x'], 'x x: the same capture twice'],
  ])('2: %j', async (words, message) => {
    const { code, stderr } = await vethcfg(words);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

test('a terminal sees how far it is, and nothing of that stays', () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  let text = '';
  const stderr = (part: string) => {
    text += part;
  };
  const bar = progressBar({ terminal: true, stderr }, 2_000_000);
  now.mockReturnValue(1_000);
  bar.at(1_000_000);
  expect(text).toBe('\r\u001b[K[###############...............]  50 % 1 MB, 1 MB/s');
  bar.clear();
  expect(text.endsWith('\r\u001b[K')).toBe(true);
  now.mockRestore();
});
