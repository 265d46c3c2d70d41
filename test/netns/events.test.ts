/**
 * On kernel links: the journal, kept, followed and written to a file; the live view of it all in a terminal; and why a
 * port is not in use, fault by fault.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Daemon, distributing, executable } from '../../scripts/lab/daemon.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { parseMetrics } from '../daemon/metrics/parse-metrics.js';
import { addAll } from '../support/daemon-pair.js';
import { joinedBy, type Pair, useLab } from '../support/netns.js';

const lab = useLab();
let pair: Pair;
let left: Daemon;
let right: Daemon;
let file: string;

beforeAll(async () => {
  pair = await joinedBy(lab, 2);
  left = new Daemon(lab, pair.a);
  right = new Daemon(lab, pair.b);
  file = join(lab.directory, 'journal.jsonl');
  left.words = ['--journal', file, '--http', '8080'];
  await Promise.all([left.start(), right.start()]);
  for (const daemon of [left, right]) await addAll(daemon, pair.ports, 'rate=fast');
  await distributing([left, right], pair.ports);
});

const steps = (text: string) =>
  [...text.matchAll(/ (eth\d) mux: (\S+) .* -> (\S+)/g)].map(([, port, , to]) => `${port} ${to}`);

test('the way of a port into the group is in the journal, each step with its cause', async () => {
  const text = await left.mustCfg('events --port eth1');
  // The partner may say at once that it is in sync and that it collects.
  expect(steps(text)).toEqual(expect.arrayContaining(['eth1 WAITING', 'eth1 ATTACHED', 'eth1 DISTRIBUTING']));
  expect(text).toMatch(/mux: \w+ \(.*Partner_Oper_Port_State.Collecting = TRUE\) -> DISTRIBUTING/);
  expect(text).toMatch(/ < LACPDU v1 actor 32768,/);
  expect(text).not.toContain(' eth0 ');
  expect((await left.cfg('events --port eth7')).stderr).toContain('eth7: no such interface or port of vethd');
});

test('a cut is seen by one who follows, as it happens; one who stops reading holds up nobody', async () => {
  const command = [executable('vethcfg'), '--run-dir', left.runDirectory, 'events', '--follow', '--since', '1h'];
  const follower = pair.a.start(command);
  const stopped = pair.a.start(command);
  await waitFor('both follow', () => follower.stdout !== '' && stopped.stdout !== '', { timeoutMs: 10_000 });
  stopped.kill('SIGSTOP');
  await pair.a.ip('link set eth1 down');
  await distributing([left, right], ['eth0']);
  await waitFor('the cut in the journal', () => / eth1 link: administratively down/.test(follower.stdout), {
    timeoutMs: 5_000,
  });
  expect(follower.stdout).toMatch(/ eth1 receive: CURRENT \(port_enabled = FALSE\) -> PORT_DISABLED/);
  await pair.a.ip('link set eth1 up');
  await distributing([left, right], pair.ports);
  stopped.kill('SIGKILL');
  expect((await follower.stop('SIGINT')).code).toBe(0);
});

test('the file has the same, as JSON lines', async () => {
  const kept = (await left.mustCfg('--json events')).trimEnd().split('\n');
  const written = readFileSync(file, 'utf8').trimEnd().split('\n');
  const events = written.map((line) => JSON.parse(line));
  expect(events.find(({ event }) => event !== 'late')).toMatchObject({
    event: 'interface-added',
    veth: 'veth0',
    settings: { rate: 'fast' },
  });
  expect(kept.slice(0, 40)).toEqual(written.slice(0, 40)); // later ones may not be written yet
  expect(events.some(({ event, of }) => event === 'again' && of === 'lacpdu')).toBe(true);
});

/** `vethcfg top` in a terminal of 90 by 24 characters; `script` (util-linux) makes one. */
function top(...words: string[]) {
  const pidFile = join(lab.directory, 'top.pid');
  const command = [executable('vethcfg'), '--run-dir', left.runDirectory, 'top', '-d', '0.2', ...words].join(' ');
  const shell = `stty cols 90 rows 24; echo $$ > ${pidFile}; exec ${command}`;
  const script = spawn('script', ['-qfec', shell, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let seen = '';
  script.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
  });
  const ended = new Promise<number | null>((resolve) => script.on('close', resolve));
  const terminate = () => process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGTERM');
  onTestFinished(async () => {
    if (script.exitCode === null) terminate();
    await ended;
  });
  return {
    type: (text: string) => script.stdin.write(text),
    /** Waits until it has drawn this since the last time. */
    shows: async (what: RegExp) => {
      await waitFor(`${what} in top`, () => what.test(seen), {
        timeoutMs: 10_000,
        seen: () => JSON.stringify(seen.slice(-3_000)),
      });
      seen = '';
    },
    terminate,
    end: async () => ({ code: await ended, last: seen }),
  };
}
/** The cursor again, and the screen that was there before. */
const GIVEN_BACK = '\u001b[?25h\u001b[?1049l';

describe('vethcfg top in a terminal', () => {
  test('shows ports and events, the chosen port in full, and gives the terminal back at q', async () => {
    const terminal = top('veth0');
    await terminal.shows(
      / {2}eth0 {2}S DIST {3}CURRNT .*\s+.* {2}eth1 {2}S DIST {3}CURRNT [\s\S]*last events[\s\S]* eth1 mux: \w+ /,
    );
    terminal.type('\t');
    await terminal.shows(/> eth0 [\s\S]*veth0 eth0 {2}port 1, [\s\S]*protocol {2}LACPDUs \d+ in/);
    terminal.type('q');
    const { code, last } = await terminal.end();
    expect(code).toBe(0);
    expect(last.endsWith(GIVEN_BACK)).toBe(true);
  });

  test('and when it is terminated', async () => {
    const terminal = top();
    await terminal.shows(/ DIST /);
    terminal.terminate();
    const { code, last } = await terminal.end();
    expect(code).toBe(0);
    expect(last.endsWith(GIVEN_BACK)).toBe(true);
  });

  test('elsewhere it prints frames with rates', async () => {
    const text = await left.mustCfg('top --batch -n 2 -d 0.2');
    expect(text.match(/^vethcfg top /gm)).toHaveLength(2);
    expect(text.match(/^ {2}eth0 {2}S DIST +CURRNT +\d+(\.\d+)? \w*bit\/s/gm)).toHaveLength(2);
  });
});

test('/metrics of the HTTP server says the same to Prometheus', async () => {
  const script = "fetch('http://127.0.0.1:8080/metrics').then(async (answer) => console.log(await answer.text()))";
  const text = await pair.a.must(['node', '-e', script]);
  const found = parseMetrics(`${text.trimEnd()}\n`);
  const state = 'dot3ad_agg_port_debug_mux_state';
  expect(found.get(state)?.samples.get(`${state}{veth="veth0",port="eth1",state="DISTRIBUTING"}`)).toBe(1);
});

describe('vethcfg why', () => {
  /** The causes on a port, once they are these. */
  async function why(daemon: Daemon, port: string, ...causes: string[]): Promise<void> {
    let seen: unknown;
    const there = async () => {
      const { ports } = JSON.parse(await daemon.mustCfg(`--json why ${port}`));
      seen = ports[0]?.verdicts.map(({ cause }: { cause: string }) => cause);
      return JSON.stringify(seen) === JSON.stringify(causes);
    };
    await waitFor(`${causes.join(', ') || 'nothing'} on ${port} of ${daemon.host.name}`, there, {
      timeoutMs: 12_000,
      seen: () => JSON.stringify(seen),
    });
  }
  const well = async () => {
    for (const daemon of [left, right]) for (const port of pair.ports) await why(daemon, port);
  };

  test('a link that is down, here and there', async () => {
    await pair.a.ip('link set eth1 down');
    await why(left, 'eth1', 'administratively-down');
    await why(right, 'eth1', 'no-carrier');
    await pair.a.ip('link set eth1 up');
    await well();
  }, 60_000);

  test.each([
    ['gate closed', 'eth1 gate=closed', 'eth1 gate=open', ['gate-closed'], ['partner-not-in-sync']],
    ['gate half open', 'eth1 gate=collect-only', 'eth1 gate=open', ['gate-collect-only'], []],
    ['another key', 'eth1 key=77', 'eth1 key=auto', ['other-key'], ['other-key']],
    ['another rate', 'veth0 rate=slow', 'veth0 rate=fast', ['timers-differ'], ['timers-differ']],
    ['max-links', 'veth0 max-links=1', 'veth0 max-links=8', ['standby'], ['partner-not-in-sync']],
    ['an individual link', 'eth1 aggregation=0', 'eth1 aggregation=1', ['individual'], ['individual']],
    ['LACP off', 'veth0 lacp=off', 'veth0 lacp=active', ['lacp-off'], ['nothing-heard']],
  ])(
    '%s on one side',
    async (_, fault, repair, here, there) => {
      await left.mustCfg(`set ${fault}`);
      await why(left, 'eth1', ...here);
      await why(right, 'eth1', ...there);
      await left.mustCfg(`set ${repair}`);
      await distributing([left, right], pair.ports);
    },
    60_000,
  );

  test('a bridge of this namespace at the far end of the link', async () => {
    await pair.a.ip('link add p0 type veth peer name p1');
    await pair.a.ip('link add br0 type bridge');
    for (const words of ['p1 master br0', 'p0 up', 'p1 up', 'br0 up']) await pair.a.ip(`link set ${words}`);
    await left.mustCfg('add p0 veth1 rate=fast');
    await why(left, 'p0', 'bridge-in-the-way');
  }, 60_000);

  test('a cable between two own ports, and both of its ends passive', async () => {
    await pair.a.ip('link add q0 type veth peer name q1');
    for (const port of ['q0', 'q1']) {
      await pair.a.ip(`link set ${port} up`);
      await left.mustCfg(`add ${port} veth2 rate=fast`);
    }
    await why(left, 'q0', 'loop');
    await why(left, 'q1', 'loop');
    await left.mustCfg('del veth2');
    await left.mustCfg('add q0 veth2 lacp=passive');
    await left.mustCfg('add q1 veth3 lacp=passive');
    await why(left, 'q0', 'nobody-speaks');
    await why(left, 'q1', 'nobody-speaks');
  }, 60_000);

  test('a vethd that had no processor for more than a second', async () => {
    right.process.kill('SIGSTOP');
    await delay(1_300);
    right.process.kill('SIGCONT');
    await waitFor('that it was late', async () => / ran 1\d\d\d ms late /.test(await right.mustCfg('why')), {
      timeoutMs: 5_000,
    });
  });
});
