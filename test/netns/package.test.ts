/** The Debian package, installed and used in a system of its own, under a real systemd and a real ifupdown. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compiled, Daemon, executable } from '../../scripts/lab/daemon.js';
import { must } from '../../scripts/lab/processes.js';
import { ping } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { NEEDED } from '../../src/daemon/privileges.js';
import { addAll, address } from '../support/daemon-pair.js';
import { DebianWorld, lacksDebianWorld } from '../support/debian-world.js';
import { lacks } from '../support/lacks.js';
import { joinedBy, useLab } from '../support/netns.js';

const lab = useLab();
const UNIT = 'packaging/systemd/vethd.service';

test('the unit gives the capabilities that vethd keeps by itself, and no other', () => {
  const names = /^CapabilityBoundingSet=(.*)$/m.exec(readFileSync(UNIT, 'utf8'))?.[1];
  expect(names?.split(' ').sort()).toEqual(Object.keys(NEEDED).sort());
});

test.skipIf(lacks('systemd-analyze'))('systemd judges the unit to be exposed little: below 3 of 10', async () => {
  await must(['systemd-analyze', 'security', '--offline=true', '--threshold=30', UNIT]);
});

test('the hook of ifupdown, called as ifupdown calls it: a port that is not there is reported and left out', async () => {
  const { a } = await joinedBy(lab, 1);
  const vethd = new Daemon(lab, a);
  await vethd.start();
  const hook = (env: Record<string, string>) =>
    a.run(['sh', 'packaging/ifupdown/veth'], {
      env: {
        PATH: `${join(executable('vethcfg'), '..')}:${process.env.PATH}`,
        VETH_RUN_DIR: vethd.runDirectory,
        ...env,
      },
    });
  expect(await hook({ MODE: 'start', IFACE: 'eth0' })).toEqual({ code: 0, stdout: '', stderr: '' });
  const stanza = { IFACE: 'veth0', IF_VETH_PORTS: 'eth9 eth0', IF_VETH_RATE: 'fast', IF_VETH_AGG_WC: '0' };
  const made = await hook({ MODE: 'start', ...stanza });
  expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('eth9: no such interface') });
  expect((await vethd.aggregator())?.settings).toMatchObject({ rate: 'fast', agg_wc: false });
  expect(await hook({ MODE: 'stop', ...stanza })).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await a.interfaces()).toEqual(['eth0']);
  const none = await hook({ MODE: 'start', ...stanza, IF_VETH_PORTS: 'eth9' });
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('veth0: none of its ports could be added') });
});

describe.skipIf(lacksDebianWorld())('installed', () => {
  let world: DebianWorld;
  let peer: Daemon;
  let ports: readonly string[];
  const mainPid = async () => Number(await world.must('systemctl show --property=MainPID --value vethd'));
  const isActive = async (unit: string) => (await world.run(`systemctl is-active ${unit}`)).stdout.trim();
  const formed = () =>
    waitFor('all ports in DIST', async () => {
      const table = (await world.run('cat /run/veth/status')).stdout;
      return ports.every((port) => new RegExp(`${port} .* DIST `).test(table));
    });
  const portsAreFree = async () => expect((await world.host.interfaces()).sort()).toEqual([...ports]);

  beforeAll(async () => {
    const directory = lab.newDirectory('deb');
    await must([process.execPath, compiled('scripts/deb.js'), directory]);
    const [file = ''] = readdirSync(directory);
    const pair = await joinedBy(lab, 2);
    ports = pair.ports;
    peer = new Daemon(lab, pair.b);
    await peer.start();
    await addAll(peer, ports, 'rate=fast');
    await address(pair.b, '10.0.0.2/24');
    world = new DebianWorld(lab, pair.a);
    await world.booted();
    // No journal here. And the watchdog of the unit takes 10 s, too long for a test.
    await world.must('mkdir -p /etc/systemd/system/vethd.service.d');
    const dropIn = `[Service]\\nStandardError=append:${DebianWorld.LOG}\\nWatchdogSec=3\\n`;
    await world.must(`printf '${dropIn}' >/etc/systemd/system/vethd.service.d/test.conf`);
    // A Node.js that did not come as a package will do too.
    await world.must(`dpkg --ignore-depends=nodejs --install ${join(directory, file)}`);
  });

  afterAll(() => world.remove());

  test('dpkg: the socket listens for root alone, vethd does not run; the units are valid', async () => {
    expect(await isActive('vethd.socket')).toBe('active');
    expect(await isActive('vethd.service')).toBe('inactive');
    expect(await world.must('stat -c %a /run/veth/control')).toBe('600');
    expect(await world.must('systemd-analyze --man=no verify vethd.service vethd.socket 2>&1')).toBe('');
    expect(await world.must('systemctl is-enabled vethd.socket')).toBe('enabled');
    expect(await world.must('stat -c %a /usr/lib/veth /usr/share/doc/veth | sort -u')).toBe('755');
  });

  test('vethcfg add starts vethd; the group forms, and the hardening takes nothing from it', async () => {
    for (const port of ports) await world.must(`vethcfg add ${port} veth0 rate=fast`);
    expect(await isActive('vethd.service')).toBe('active');
    await formed();
    const shown = JSON.parse(await world.must('vethcfg --json show'));
    expect(shown.reduced).toEqual([]);
    expect(shown.aggregators[0].ports.map((port: { reduced?: string }) => port.reduced)).toEqual([
      undefined,
      undefined,
    ]);
    const status = await world.must(`cat /proc/${await mainPid()}/status`);
    expect(status).toMatch(/^CapEff:\s*000000c000003000$/m);
    expect(status).toMatch(/^Seccomp:\s*2$/m);
  });

  test('a loop that hangs is noticed: systemd starts another vethd, which goes on with the same veth0', async () => {
    const before = await mainPid();
    const index = await world.must('cat /sys/class/net/veth0/ifindex');
    await world.must(`kill -STOP ${before}`);
    await waitFor('another vethd', async () => ![0, before].includes(await mainPid()), { everyMs: 200 });
    await waitFor('it to be ready', async () => (await isActive('vethd.service')) === 'active');
    await formed();
    expect(await world.must('cat /sys/class/net/veth0/ifindex')).toBe(index);
    expect(await world.must('systemctl show --property=NRestarts --value vethd')).toBe('1');
  });

  test('stopped, it gives all back; the socket stays and starts it anew', async () => {
    await world.must('systemctl stop vethd.service 2>&1');
    await portsAreFree();
    expect(await isActive('vethd.service')).toBe('inactive');
    expect(await world.must('vethcfg status | wc -l')).toBe('1');
    expect(await isActive('vethd.service')).toBe('active');
  });

  test('started, it makes what /etc/veth/vethd.yaml says; reload applies what was changed', async () => {
    await world.must('cp /usr/share/doc/veth/examples/vethd.yaml /etc/veth/');
    await world.must('systemctl restart vethd.service');
    expect(await world.must('vethcfg show --effective veth0')).toMatch(/rate +fast/);
    await world.must('sed -i s/fast/slow/ /etc/veth/vethd.yaml && systemctl reload vethd.service');
    expect(await world.must('vethcfg show --effective veth0')).toMatch(/rate +slow/);
    await world.must('rm /etc/veth/vethd.yaml && systemctl stop vethd.service 2>&1');
    await portsAreFree();
  });

  test.skipIf(lacks('ifup'))('/etc/network/interfaces: ifup makes the interface, ifdown removes it', async () => {
    const stanza = (options: string) =>
      world.must(
        "printf 'iface veth0 inet static\\n address 10.0.0.1/24\\n veth-ports eth0 eth1\\n " +
          `${options}\\n' >/etc/network/interfaces; mkdir -p /run/network`,
      );
    await stanza('veth-rate quick');
    const refused = await world.run('ifup veth0');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('rate=quick');
    await portsAreFree();

    await stanza('veth-rate fast\\n veth-min-links 2\\n veth-agg_wc 1');
    await world.must('ifup veth0');
    await formed();
    const { settings } = JSON.parse(await world.must('vethcfg --json status')).aggregators[0];
    expect(settings).toMatchObject({ rate: 'fast', minLinks: 2, agg_wc: true });
    await waitFor('ping across', async () => (await ping(peer.host, '10.0.0.1', 3)).received === 3);

    await world.must('ifdown veth0');
    await portsAreFree();
  });

  test('removed, it gives all back and leaves nothing', async () => {
    await world.must('vethcfg add eth0 veth0');
    await world.must('dpkg --purge veth');
    await portsAreFree();
    expect(await isActive('vethd.service')).toBe('inactive');
    expect((await world.run('ls -d /usr/lib/veth /etc/veth /usr/bin/vethd /etc/network/if-*.d/veth')).stdout).toBe('');
  });
});
