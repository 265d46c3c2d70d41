/** In a container: two capabilities, no BPF, no /dev/net/tun, /proc/sys read-only. It works, and says what is less. */
import { chmodSync, chownSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Daemon, distributing, executable } from '../../scripts/lab/daemon.js';
import { ping } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import type { ShowResult } from '../../src/daemon/messages.js';
import { addAll, address } from '../support/daemon-pair.js';
import { lacking } from '../support/lacks.js';
import { joinedBy, useLab } from '../support/netns.js';

const lab = useLab();

const CAPABILITIES = '+net_admin,+net_raw';
const NOBODY = 65534;

/** As `docker run --cap-drop=ALL --cap-add=NET_ADMIN --cap-add=NET_RAW` does. */
const CONTAINER = [
  'unshare',
  '--mount',
  '--propagation=private',
  'sh',
  '-c',
  'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && ' +
    '{ ! [ -d /dev/net ] || mount -t tmpfs tmpfs /dev/net; } && ' +
    `exec setpriv --bounding-set=-all,${CAPABILITIES} "$@"`,
  'sh',
];

/** A user other than root, */
const USER = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
/** with capabilities: an image with a user of its own, or a unit with User= and AmbientCapabilities=. */
const CAPABLE_USER = [
  ...USER,
  `--bounding-set=-all,${CAPABILITIES}`,
  `--inh-caps=${CAPABILITIES}`,
  `--ambient-caps=${CAPABILITIES}`,
];

const show = async (daemon: Daemon): Promise<ShowResult> => JSON.parse(await daemon.mustCfg('--json show'));

/** Where root is root of a user namespace, there is no other user; where the checkout is in a home, no way to it. */
const noUser = lacking('its part with a user other than root', [...USER, executable('vethd'), '--version']);

test('a container, and a user other than root: the group forms and passes traffic; show and log say what is reduced', async () => {
  const { a, b, ports } = await joinedBy(lab, 2);
  const left = new Daemon(lab, a, 'info', 'none', CONTAINER);
  const right = new Daemon(lab, b, 'info', 'none', noUser ? [] : CAPABLE_USER);
  if (!noUser) {
    chmodSync(lab.directory, 0o711);
    chownSync(right.runDirectory, NOBODY, NOBODY);
  }
  await Promise.all([left.start(), right.start()]);
  await Promise.all([addAll(left, ports, 'rate=fast'), addAll(right, ports, 'rate=fast')]);
  await distributing([left, right], ports);
  await address(a, '10.0.0.1/24');
  await address(b, '10.0.0.2/24');
  await waitFor('ping across', async () => (await ping(a, '10.0.0.2', 5)).received === 5);
  expect((await ping(b, '10.0.0.1', 5)).received).toBe(5);

  const effective = /^CapEff:\s*(\S+)/m.exec(readFileSync(`/proc/${left.process.pid}/status`, 'utf8'))?.[1];
  expect(effective).toBe('0000000000003000');
  const { reduced = [], aggregators, datapath } = await show(left);
  expect(datapath).toEqual({ kind: 'user', choice: 'auto', reason: 'bpf(2) not permitted (bpf(BPF_PROG_LOAD))' });
  expect(reduced.map(({ part, why }) => `${part}: ${why}`)).toEqual(
    expect.arrayContaining(['filter: bpf(BPF_PROG_LOAD): EPERM', 'settings: /proc/sys/net: EROFS']),
  );
  expect(aggregators[0]?.ports.map((port) => port.reduced)).toEqual(
    ports.map((port) => expect.stringContaining(`${port}: no filter in front of the host's stack`)),
  );
  const text = await left.mustCfg('show');
  expect(text).toMatch(
    /^vethd \S+, data path user \(datapath=auto; bpf\(2\) not permitted \(bpf\(BPF_PROG_LOAD\)\)\)$/m,
  );
  const refused = await left.cfg('set vethd datapath=kernel');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('bpf(2) not permitted') });
  expect(text).toMatch(/^reduced: filter \(bpf\(BPF_PROG_LOAD\): EPERM\): the stacks of ports are kept quiet by/m);
  expect(text).toMatch(/^reduced: settings \(\/proc\/sys\/net: EROFS\): /m);
  const log = left.process.stdout;
  expect(log).toContain('warn without CAP_BPF, CAP_PERFMON: what needs it is refused or reduced');
  expect(log).toContain('warn reduced: filter (bpf(BPF_PROG_LOAD): EPERM)');
  expect(log).toContain('warn reduced: settings (/proc/sys/net: EROFS)');
  expect(log).toContain('warn veth0: reduced: eth0: no filter');
  // CAP_NET_ADMIN is all that the settings of a network namespace need, whoever has it.
  const other = ((await show(right)).reduced ?? []).map(({ part }) => part);
  expect(other).not.toContain('settings');
  if (!noUser) expect(other).toEqual(['filter']);

  const ends = await Promise.all([left.stop(), right.stop()]);
  expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  expect(await a.interfaces()).toEqual(ports);
  expect(await b.interfaces()).toEqual(ports);
});

test('without CAP_NET_RAW it does not start, and says what it needs', async () => {
  const host = await lab.host('bare');
  const words = [
    'setpriv',
    '--bounding-set=-all,+net_admin',
    executable('vethd'),
    '--run-dir',
    lab.newDirectory('bare'),
  ];
  const { code, stderr } = await host.run(words, { timeoutMs: 10_000 });
  expect(code).toBe(1);
  expect(stderr).toContain('vethd needs CAP_NET_ADMIN and CAP_NET_RAW in its network namespace');
});
