/** The cases of pcaps/, made on real links between real daemons. */
import { setTimeout as delay } from 'node:timers/promises';
import { reportOfRun, startConform } from '../lab/conform.js';
import { Daemon } from '../lab/daemon.js';
import { OpenVSwitch } from '../lab/ovs.js';
import { waitFor } from '../lab/wait.js';
import type { CaptureCase } from './case.js';

export const CASES: readonly CaptureCase[] = [
  {
    name: 'cold-start-fast',
    about: 'one link, both ends fast: two seconds of wait_while, then in use; a second apart ever after',
    make: async (stage) => {
      const pair = await stage.pair(1, { nanoseconds: true });
      await pair.form('rate=fast', 'rate=fast');
      await delay(4_000);
    },
  },
  {
    name: 'cold-start-slow',
    about: 'one link, both ends slow: in use after two seconds all the same, then an LACPDU every 30 s',
    make: async (stage) => {
      const pair = await stage.pair(1);
      await pair.form('rate=slow', 'rate=slow');
      await delay(63_000);
    },
  },
  {
    name: 'fast-and-slow',
    about: 'one end asks for fast, the other for slow: each sends as the other asks; then the first asks for slow, too',
    make: async (stage) => {
      const pair = await stage.pair(1);
      await pair.form('rate=fast', 'rate=slow');
      await delay(4_000);
      await pair.left.mustCfg('set veth0 rate=slow');
      await delay(33_000);
    },
  },
  {
    name: 'passive',
    about: 'one end passive: it speaks as soon as it hears the active one',
    make: async (stage) => {
      const pair = await stage.pair(1);
      await pair.right.mustCfg('add eth0 veth0 rate=fast lacp=passive');
      await delay(5_000);
      await pair.left.mustCfg('add eth0 veth0 rate=fast');
      await pair.inUse(['eth0']);
      await delay(2_000);
    },
  },
  {
    name: 'coupled',
    about: 'coupled control against independent control: Collecting and Distributing together, against one by one',
    make: async (stage) => {
      const pair = await stage.pair(1);
      await pair.form('rate=fast mux=coupled', 'rate=fast');
      await delay(3_000);
    },
  },
  {
    name: 'link-loss',
    about: 'two links, one goes down for five seconds and returns: Expired, and in use again without wait_while',
    make: async (stage) => {
      const pair = await stage.pair(2);
      await pair.form('rate=fast', 'rate=fast');
      await delay(2_000);
      await pair.b.ip('link set eth1 down');
      await pair.inUse(['eth0']);
      await delay(5_000);
      await pair.b.ip('link set eth1 up');
      await pair.inUse(pair.ports);
      await delay(2_000);
    },
  },
  {
    name: 'partner-killed',
    about: 'the partner dies: EXPIRED after three seconds, DEFAULTED after three more; it comes back',
    make: async (stage) => {
      const pair = await stage.pair(1);
      await pair.form('rate=fast', 'rate=fast');
      await delay(2_000);
      await pair.right.crash();
      await delay(9_000);
      await pair.right.start();
      await pair.inUse(['eth0']);
      await delay(2_000);
    },
  },
  {
    name: 'mismatch',
    about: 'two links, of which one has another key at the far end: only one is used',
    make: async (stage) => {
      const pair = await stage.pair(2);
      await pair.left.mustCfg('add eth0 veth0 rate=fast');
      await pair.left.mustCfg('add eth1 veth0');
      await pair.right.mustCfg('add eth0 veth0 rate=fast');
      await pair.right.mustCfg('add eth1 veth1 rate=fast');
      await waitFor('one link in use', () => pair.left.inUse('eth0'), { timeoutMs: 60_000 });
      await delay(5_000);
    },
  },
  {
    name: 'two-partners',
    about: 'two links of one interface to two different partners: only one is used',
    make: async (stage) => {
      const [a, b, c] = [await stage.host('a'), await stage.host('b'), await stage.host('c')];
      await stage.lab.link(a, 'eth0', b, 'eth0');
      await stage.lab.link(a, 'eth1', c, 'eth0');
      const [left, right, other] = await Promise.all([stage.daemon(a), stage.daemon(b), stage.daemon(c)]);
      await stage.capture(a, {});
      await right.mustCfg('add eth0 veth0 rate=fast');
      await other.mustCfg('add eth0 veth0 rate=fast');
      await left.mustCfg('add eth0 veth0 rate=fast');
      await left.mustCfg('add eth1 veth0');
      await waitFor('one link in use', () => left.inUse('eth0') || left.inUse('eth1'), { timeoutMs: 60_000 });
      await delay(5_000);
    },
  },
  {
    name: 'loop',
    about: 'a cable between two ports of one interface: never in use',
    make: async (stage) => {
      const a = await stage.host('a');
      await stage.lab.link(a, 'eth0', a, 'eth1');
      const daemon = await stage.daemon(a);
      await stage.capture(a, { on: 'eth0' });
      await daemon.mustCfg('add eth0 veth0 rate=fast');
      await daemon.mustCfg('add eth1 veth0');
      await delay(6_000);
    },
  },
  {
    name: 'standby',
    about: 'max-links=1: one link stands by, out of sync, and takes over when the other is cut',
    make: async (stage) => {
      const pair = await stage.pair(2);
      await pair.add('rate=fast max-links=1', 'rate=fast');
      await pair.inUse(['eth0']);
      await delay(4_000);
      await pair.b.ip('link set eth0 down');
      await pair.inUse(['eth1']);
      await delay(3_000);
    },
  },
  {
    name: 'restart',
    about: 'vethcfg restart in the middle: nothing of it shows in what is said',
    make: async (stage) => {
      const pair = await stage.pair(1);
      await pair.form('rate=fast', 'rate=fast');
      await delay(2_000);
      await pair.left.mustCfg('--timeout 60 restart');
      await delay(4_000);
    },
  },
  {
    name: 'churn',
    about: 'one end is held out of sync by its operator for more than a minute: churn at both',
    make: async (stage) => {
      const pair = await stage.pair(1);
      await pair.form('rate=fast', 'rate=fast');
      await pair.left.mustCfg('set eth0 gate=closed');
      await delay(63_000);
      await pair.left.mustCfg('set eth0 gate=open');
      await pair.inUse(['eth0']);
      await delay(1_000);
    },
  },
  {
    name: 'marker-flush',
    about: 'another hash moves every conversation: markers on all links, and their responses',
    make: async (stage) => {
      const pair = await stage.pair(2);
      await pair.form('rate=fast', 'rate=fast');
      await delay(2_000);
      await pair.left.mustCfg('set veth0 hash=layer2');
      await delay(2_000);
      await pair.left.mustCfg('del eth1 veth0');
      await delay(2_000);
    },
  },
  {
    name: 'port-leaves',
    about: 'a port is taken out in order, with a last word, and put in again',
    make: async (stage) => {
      const pair = await stage.pair(1);
      await pair.form('rate=fast', 'rate=fast');
      await delay(2_000);
      await pair.left.mustCfg('del eth0 veth0');
      await delay(8_000);
      await pair.left.mustCfg('add eth0 veth0 rate=fast');
      await pair.inUse(['eth0']);
      await delay(1_000);
    },
  },
  {
    name: 'version-2',
    about: 'both ends speak version 2: Long LACPDUs until their conversation masks agree',
    make: async (stage) => {
      const pair = await stage.pair(2);
      await pair.form('rate=fast lacp-version=2', 'rate=fast lacp-version=2');
      await delay(6_000);
    },
  },
  {
    name: 'malformed',
    about: 'a tester sends LACPDUs that are too short, tagged, from group addresses, of illegal subtypes',
    make: async (stage) => {
      const only = ['V-06', 'V-07', 'V-08', 'V-09', 'V-10', 'V-12', 'K-04'];
      const device = async (
        lab: typeof stage.lab,
        host: Parameters<typeof stage.daemon>[0],
        ports: readonly string[],
      ) => {
        await stage.capture(host, { on: 'eth0' });
        const daemon = new Daemon(lab, host);
        await daemon.start();
        for (const port of ports) await daemon.mustCfg(`add ${port} veth0 rate=fast`);
        return '/bin/false';
      };
      await reportOfRun(await startConform(stage.lab, { only, name: 'malformed', device, control: false }));
    },
  },
  {
    name: 'open-vswitch',
    about:
      'vethd and Open vSwitch on two links; for five seconds vethd is held out of sync, and Open vSwitch is not told',
    make: async (stage) => {
      const [a, b] = [await stage.host('a'), await stage.host('b')];
      const ports = ['eth0', 'eth1'];
      for (const port of ports) await stage.lab.link(a, port, b, port, { offload: false });
      const daemon = await stage.daemon(a);
      const ovs = new OpenVSwitch(stage.lab, b);
      await ovs.start();
      await stage.capture(a, {});
      await ovs.addBond({ ports, lacp: 'active', time: 'fast' });
      for (const port of ports) await daemon.mustCfg(`add ${port} veth0 rate=fast`);
      await waitFor('the bond', () => ports.every((port) => daemon.inUse(port)), { timeoutMs: 60_000 });
      await delay(3_000);
      await daemon.mustCfg('set eth1 gate=closed');
      await delay(5_000);
      await daemon.mustCfg('set eth1 gate=open');
      await waitFor('the bond', () => ports.every((port) => daemon.inUse(port)), { timeoutMs: 60_000 });
      await delay(2_000);
    },
  },
  {
    name: 'open-vswitch-slow',
    about: 'vethd fast and Open vSwitch slow; Open vSwitch is killed and comes back',
    make: async (stage) => {
      const [a, b] = [await stage.host('a'), await stage.host('b')];
      await stage.lab.link(a, 'eth0', b, 'eth0', { offload: false });
      await stage.lab.link(a, 'eth1', b, 'eth1', { offload: false });
      const daemon = await stage.daemon(a);
      const ovs = new OpenVSwitch(stage.lab, b);
      await ovs.start();
      await stage.capture(a, { on: 'eth0' });
      await ovs.addBond({ ports: ['eth0', 'eth1'], lacp: 'active', time: 'slow' });
      await daemon.mustCfg('add eth0 veth0 rate=fast');
      await daemon.mustCfg('add eth1 veth0');
      await waitFor('the bond', () => daemon.inUse('eth0'), { timeoutMs: 60_000 });
      await delay(32_000);
      await ovs.killSwitch();
      await delay(8_000);
      await ovs.startSwitch();
      await waitFor('the bond', () => daemon.inUse('eth0'), { timeoutMs: 60_000 });
      await delay(2_000);
    },
  },
];
