/** `vethcfg replay --html`: the report as a file, and as a browser shows it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, vi } from 'vitest';
import { encodeLacpdu, type Lacpdu } from '../../src/lacp/lacpdu.pdu.js';
import { slowProtocolsFrame } from '../../src/lacp/slow-protocols.js';
import { Collected } from '../../vethcfg/report/collect.js';
import { noBrowser, openBrowser } from '../support/browser.js';
import { lacpdu } from '../support/builders.js';
import { type Packet, pcapFile } from '../support/pcap.js';
import { temporaryDirectory, vethcfg } from './support.js';

vi.setConfig({ testTimeout: 30_000 });

const T0 = 1_767_225_600_000_000n;
const A = { System: '02:00:00:00:00:0a' };
const B = { System: '02:00:00:00:00:0b' };
const packet = (ms: number, source: string, pdu: Lacpdu): Packet => ({
  time: T0 + BigInt(ms) * 1_000n,
  data: slowProtocolsFrame(source, encodeLacpdu(pdu)),
});

/** Both ends, once a second; `a` distributes without collecting from the fifth second on, and `b` falls silent at the end. */
function capture(): Packet[] {
  return Array.from({ length: 20 }, (_, second) => {
    const wrong = second < 5 ? {} : { State: { Collecting: false } };
    const a = packet(second * 1_000, '02:00:00:00:0a:01', lacpdu({ actor: { ...A, ...wrong }, partner: B }));
    const b = packet(second * 1_000 + 1, '02:00:00:00:0b:01', lacpdu({ actor: B, partner: A }));
    return second < 12 ? [a, b] : [a];
  }).flat();
}

interface Reported {
  readonly page: string;
  readonly path: string;
  readonly text: string;
}

async function report(name = 'link.pcap', ...words: string[]): Promise<Reported> {
  const directory = temporaryDirectory();
  const file = join(directory, name);
  writeFileSync(file, pcapFile(capture()));
  const path = join(directory, 'report.html');
  const { code, stdout, stderr } = await vethcfg(['replay', '--html', path, ...words, file]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return { page: readFileSync(path, 'utf8'), path, text: stdout };
}

/** The words of a page. */
const wordsOf = (page: string): string =>
  page
    .replaceAll(/<[^>]*>/g, '\n')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');

test('every disagreement, verdict and line of the history of the text is in the report', async () => {
  const { page, text } = await report();
  const words = wordsOf(page);
  const [history = '', rest = ''] = text.split('\n\n').slice(1);
  expect(history.split('\n').length).toBeGreaterThan(20);
  for (const line of history.split('\n')) expect(words).toContain(line.slice(28).trim());
  expect(rest).not.toBe('');
  const disagreements = [...text.matchAll(/^ {2}(\S+ (?:distributes|says|.*?)) \[(x\.[^\]]+)\] at ([\d.]+)/gm)];
  expect(disagreements.length).toBeGreaterThan(0);
  for (const [, what = '', clause = ''] of disagreements) {
    expect(words).toContain(what.replace(/^\S+ /, ''));
    expect(words).toContain(clause);
  }
  const why = text.slice(text.indexOf('Why, at the end')).split('\n').slice(1).filter(Boolean);
  expect(why.length).toBeGreaterThan(1);
  for (const line of why) expect(words).toContain(line.trim());
});

test('it holds no script and asks nobody, and words of any origin stay words', async () => {
  const { page } = await report('<img src=x onerror=alert(1)>"&.pcap');
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&amp;.pcap');
  expect(page).not.toMatch(/<img|<script|javascript:|@import|url\((?!#)|\son\w+="/);
  expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//);
  expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[^']+'/);
});

test('--side leaves out the other ends there as well', async () => {
  const { page } = await report('link.pcap', '--side', '02:00:00:00:00:0a');
  expect(page).toContain('> A/1 (');
  expect(page).not.toContain('> B/1 (');
});

test('a report that cannot be written is refused before the capture is read, with its name', async () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'link.pcap');
  writeFileSync(file, pcapFile(capture()));
  const refused = await vethcfg(['replay', '--html', join(directory, 'none', 'r.html'), file]);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(/none\/r\.html: cannot be written \(.*\); name another file/);
  expect(await vethcfg(['replay', '--html', file, file])).toMatchObject({ code: 2 });
  expect(existsSync(file) && readFileSync(file).length).toBe(pcapFile(capture()).length);
  expect(await vethcfg(['replay', '--html', '-', file])).toMatchObject({ code: 2 });
});

test('an end that changes its mind without end is drawn up to some time, and its report stays small', () => {
  const collected = new Collected();
  const { actor, partner } = lacpdu();
  const other = { ...actor, State: { ...actor.State, Distributing: false } };
  for (let at = 0; at < 30_000; at++) {
    const said = at % 2 === 0 ? actor : other;
    collected.add({
      kind: 'says',
      at,
      packet: at,
      end: 'A/1',
      actor: said,
      partner,
      partnerName: 'B/1',
      renamed: false,
    });
  }
  const [strip] = collected.strips('A/1', { last: 29_999, silent: false, until: 30_000 });
  expect(strip?.segments).toHaveLength(2_001);
  expect(strip?.segments.at(-1)).toEqual({
    from: 2_000,
    to: 30_000,
    look: 'down',
    word: 'too many changes to be drawn',
  });
  expect([collected.events.length, collected.left]).toEqual([20_000, 10_000]);
});

const missing = noBrowser();
if (missing !== undefined) console.log(`test/vethcfg/report.test.ts: not seen in a browser: ${missing}`);

test.skipIf(missing !== undefined)(
  'a browser shows it from the file: drawings, strips, and a history to choose from',
  async () => {
    const { path } = await report('<script>alert(1)</script>.pcap'.replaceAll('/', ':'));
    const { page, complaints, asked, close } = await openBrowser();
    try {
      const url = pathToFileURL(path).href;
      await page.goto(url);
      expect(await page.locator('#links .wide .link').count()).toBe(1);
      expect(await page.locator('#time .wide .strips').count()).toBe(2);
      expect(await page.locator('#time .wide .mark').count()).toBeGreaterThan(0);
      // B/1 has fallen silent.
      expect(await page.locator('#time .wide .segment title', { hasText: 'B/1 says: silent' }).count()).toBe(1);
      const machines = page.locator('#history tr.k-machine:visible');
      expect(await machines.count()).toBeGreaterThan(5);
      await page.uncheck('#history input#k-machine');
      expect(await machines.count()).toBe(0);
      expect(await page.locator('#history tr.k-finding:visible').count()).toBeGreaterThan(0);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
      expect(await page.locator('#time .narrow .strips').first().isVisible()).toBe(true);
      expect(complaints).toEqual([]);
      expect(asked.filter((each) => each !== url && !each.startsWith('data:'))).toEqual([]);
    } finally {
      await close();
    }
  },
);
