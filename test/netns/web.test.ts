/** The page of `vethd --http` in a browser, on kernel links: what it shows, on a desk and on a phone, while links change. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Daemon, distributing } from '../../scripts/lab/daemon.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { type Browser, noBrowser, openBrowser } from '../support/browser.js';
import { addAll, address } from '../support/daemon-pair.js';
import { joinedBy, type Pair, useLab } from '../support/netns.js';

const lab = useLab();
const PAGE = 'http://127.0.0.1:8080/';
const missing = noBrowser();
if (missing !== undefined) console.log(`test/netns/web.test.ts is left out: ${missing}`);

let pair: Pair;
let left: Daemon;
let right: Daemon;
let browser: Browser;

beforeAll(async () => {
  if (missing !== undefined) return;
  pair = await joinedBy(lab, 2);
  left = new Daemon(lab, pair.a);
  right = new Daemon(lab, pair.b);
  left.words = ['--http', '8080'];
  const opening = openBrowser(pair.a);
  await Promise.all([left.start(), right.start()]);
  await Promise.all([left, right].map((daemon) => addAll(daemon, pair.ports, 'rate=fast')));
  browser = await opening;
  await browser.page.goto(PAGE);
  await distributing([left, right], pair.ports);
});
afterAll(async () => {
  await browser?.close();
});

const link = (port: string) => browser.page.locator(`svg.bundle [data-port="${port}"]`);
const looks = (port: string, look: string) =>
  link(port)
    .and(browser.page.locator(`.${look}`))
    .waitFor();
const log = (text: string | RegExp) => browser.page.locator('#journal li', { hasText: text });
const lit = (machine: string) => browser.page.locator(`[data-machine=${machine}] .lit`).allTextContents();

test.skipIf(missing !== undefined)(
  'both links in use: drawn with their partner, ports and share, and lit machines',
  async () => {
    const { page } = browser;
    for (const port of pair.ports) await looks(port, 'in-use');
    const words = await link('eth1').getAttribute('aria-label');
    expect(words).toMatch(/^eth1 #2, in use, 10 Gbit\/s, DISTRIBUTING, CURRENT, share 50 %$/);
    const partner = (await right.aggregator())?.systemId ?? 'unknown';
    await page.locator('svg.bundle .far', { hasText: partner }).waitFor();
    expect(await page.locator('h2').first().textContent()).toBe('veth0: carrier on, 2 of 2 links in use');
    expect(await lit('mux')).toEqual(['DISTRIBUTING']);
    expect(await lit('receive')).toEqual(['CURRENT']);
    expect(await lit('selection')).toEqual(['SELECTED']);
    await log(/mux: .* -> DISTRIBUTING/)
      .first()
      .waitFor();
  },
);

test.skipIf(missing !== undefined)('traffic makes its plot rise', async () => {
  await address(pair.a, '10.0.0.1/24');
  await address(pair.b, '10.0.0.2/24');
  const { page } = browser;
  const before = await page.locator('.plots canvas').count();
  expect(before).toBe(2);
  const ping = pair.a.start(['ping', '-q', '-f', '-w', '2', '-s', '1000', '10.0.0.2']);
  const out = page.locator('.plots figure .out-rate', { hasText: /[kM]bit/ });
  await out.first().waitFor();
  await ping.stop();
});

test.skipIf(missing !== undefined)(
  'a link is cut: its line, verdict, machines and journal say so, and that it is back',
  async () => {
    const { page } = browser;
    await link('eth1').focus();
    await page.keyboard.press('Enter');
    await waitFor('eth1 chosen', async () => (await link('eth1').getAttribute('aria-pressed')) === 'true');
    await pair.b.ip('link set eth1 down');
    await looks('eth1', 'down');
    await looks('eth0', 'in-use');
    // Who walks through the page with keys is where they were.
    expect(await page.evaluate('document.activeElement?.dataset.port')).toBe('eth1');
    await page.locator('.notes li', { hasText: 'eth1: no-carrier' }).waitFor();
    await log('receive: CURRENT (port_enabled = FALSE) -> PORT_DISABLED').waitFor();
    await waitFor('PORT_DISABLED lit', async () => (await lit('receive')).join() === 'PORT_DISABLED');
    await page.locator('[data-machine=receive] .ways', { hasText: 'to EXPIRED: port_enabled = TRUE' }).waitFor();
    await pair.b.ip('link set eth1 up');
    await looks('eth1', 'in-use');
  },
);

test.skipIf(missing !== undefined)(
  'on a phone: nothing beside the screen, room for fingers, and dark at night',
  async () => {
    const { page } = browser;
    await page.setViewportSize({ width: 360, height: 740 });
    await waitFor(
      'a narrow drawing',
      async () => ((await page.locator('svg.bundle').boundingBox())?.width ?? 999) < 360,
    );
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    for (const touched of await page.locator('button, select, input, svg.bundle [role=button] .touch').all()) {
      expect((await touched.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    }
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const day = await paper();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await paper()).not.toBe(day);
  },
);

test.skipIf(missing !== undefined)('the journal shows one port, and what is looked for', async () => {
  const { page } = browser;
  await page.selectOption('#journal-port', 'eth0');
  await page.fill('#journal-words', 'DISTRIBUTING');
  const lines = await page.locator('#journal li').allTextContents();
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/veth0 eth0.*DISTRIBUTING/);
});

test.skipIf(missing !== undefined)('vethd makes way for another: the page finds it again', async () => {
  const { page } = browser;
  await left.mustCfg('restart');
  await page.locator('#connection.lost').waitFor();
  await page.locator('#connection.live').waitFor();
  for (const port of pair.ports) await looks(port, 'in-use');
  // That it was lost is in the console; besides that there is nothing, and nothing was asked of anybody else.
  expect(browser.complaints.filter((text) => !/net::ERR_(CONNECTION_|INCOMPLETE_)/.test(text))).toEqual([]);
  expect(browser.asked.filter((url) => !url.startsWith(PAGE))).toEqual([]);
});
