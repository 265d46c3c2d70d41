/**
 * Silent members against the kernel. The host `here` has its address on veth0; p0 is a port beside it. Before it is
 * attached, Linux answers on p0 for the address of veth0, as it does for every local address: each test of silence
 * first shows the noise. Needs root.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MemberRecord } from '../../src/aggregator/io.js';
import { eventually, type Lab, makeLab, run, type Side, succeeds } from './drivers-lab.js';

const HOST = '10.77.0.1';
const HOST6 = '2001:db8:77::1';

interface Attached {
  readonly record: MemberRecord;
  readonly reduced?: string;
}

let lab: Lab;
beforeEach(() => {
  lab = makeLab();
  lab.at(lab.there, 'ip addr add 10.77.0.2/24 dev q0');
  lab.at(lab.there, 'ip addr add 2001:db8:77::2/64 dev q0 nodad');
});
afterEach(() => lab.close());

const arpAnswered = () => succeeds(`ip netns exec ${lab.there} arping -c 1 -w 1 -I q0 ${HOST}`);
const macOf = (port: string): string => JSON.parse(lab.at(lab.here, `ip -j link show dev ${port}`))[0].address;
/** ICMP echo requests and IPv6 neighbour solicitations that the stack of `here` has processed. */
const processed = (enter: string) => {
  const echoes = run(`${enter} cat /proc/net/snmp`)
    .split('\n')
    .filter((line) => line.startsWith('Icmp: '));
  const column = echoes[0]?.split(' ').indexOf('InEchos') ?? -1;
  const six = run(`${enter} cat /proc/net/snmp6`).match(/Icmp6InNeighborSolicits\s+(\d+)/)?.[1];
  return { echoes: Number(echoes[1]?.split(' ')[column]), solicitations: Number(six) };
};

describe('a member', () => {
  let side: Side;
  let p0: number;
  const here = () => `ip netns exec ${lab.here}`;
  beforeEach(async () => {
    side = lab.side(lab.here);
    p0 = lab.index(lab.here, 'p0');
    await side.call('create', 'veth0', '02:00:00:00:00:07', 1500);
    await side.call('setCarrier', 'veth0', true);
    lab.at(lab.here, 'ip link set veth0 up');
    lab.at(lab.here, `ip addr add ${HOST}/24 dev veth0`);
    lab.at(lab.here, `ip addr add ${HOST6}/64 dev p0 nodad`);
  });

  /** What a user sees of the port, without counters and lifetimes that go on by themselves. */
  const portState = () => {
    const [link] = JSON.parse(lab.at(lab.here, 'ip -j addr show dev p0'));
    const addresses = link.addr_info.map(
      (one: { local: string; prefixlen: number }) => `${one.local}/${one.prefixlen}`,
    );
    const settings = ['ipv6/conf/p0/disable_ipv6', 'ipv4/conf/p0/rp_filter'];
    const sysctls = [...settings, 'ipv4/conf/p0/arp_ignore'].map((one) =>
      lab.at(lab.here, `cat /proc/sys/net/${one}`).trim(),
    );
    return { flags: link.flags, mtu: link.mtu, addresses: addresses.sort(), sysctls };
  };

  test('answers no ARP while attached, and does again afterwards', async () => {
    expect(arpAnswered()).toBe(true);
    expect(await side.call('attach', 'p0')).not.toHaveProperty('reduced', expect.anything());
    expect(arpAnswered()).toBe(false);
    await side.call('release', p0);
    expect(arpAnswered()).toBe(true);
  });

  test('answers no IPv6 while attached, and does again afterwards', async () => {
    const answered = () => succeeds(`ip netns exec ${lab.there} ping -6 -c 1 -W 1 ${HOST6}`);
    expect(await eventually(answered, (yes) => yes)).toBe(true);
    await side.call('attach', 'p0');
    lab.at(lab.there, 'ip neigh flush dev q0');
    const before = processed(here());
    expect(answered()).toBe(false);
    expect(processed(here())).toEqual(before);
    await side.call('release', p0);
    expect(await eventually(answered, (yes) => yes)).toBe(true);
  });

  test("keeps IP packets with the port's own MAC address from the host's stack, but not from a packet tap", async () => {
    lab.at(lab.there, `ip neigh replace ${HOST} lladdr ${macOf('p0')} dev q0 nud permanent`);
    const ping = () => succeeds(`ip netns exec ${lab.there} ping -c 3 -i 0.05 -W 1 ${HOST}`);
    const before = processed(here()).echoes;
    ping();
    expect(processed(here()).echoes - before).toBe(3); // the trap: also without a reply they are processed
    await side.call('attach', 'p0');
    const tap = await side.call<number>('tap', p0);
    ping();
    expect(processed(here()).echoes - before).toBe(3);
    expect(await side.call('tapped', tap)).toBe(3);
    await side.call('release', p0);
    ping();
    expect(processed(here()).echoes - before).toBe(6);
  });

  test('is as it was before: flags, MTU, addresses, settings', async () => {
    const linkLocal = (state: ReturnType<typeof portState>) =>
      state.addresses.some((one: string) => one.startsWith('fe80'));
    lab.at(lab.here, `ip addr add 192.0.2.1/24 dev p0`);
    const before = await eventually(portState, linkLocal);
    expect(before.addresses).toHaveLength(3);
    await side.call('attach', 'p0');
    await side.call('memberMtu', p0, 1400);
    expect(portState()).toMatchObject({
      mtu: 1400,
      addresses: ['192.0.2.1/24'],
      sysctls: ['1', '1', '8'],
    });
    expect(portState().flags).toContain('NOARP');
    await side.call('release', p0);
    expect(await eventually(portState, linkLocal)).toEqual(before);
  });

  test('that was down and without ARP is set up, and down and without ARP again afterwards', async () => {
    lab.at(lab.here, 'ip link set p0 down arp off');
    lab.at(lab.here, `ip addr add ${HOST6}/64 dev p0 nodad`);
    const before = portState();
    await side.call('attach', 'p0');
    expect(portState().flags).toContain('UP');
    await side.call('release', p0);
    expect(portState()).toEqual(before);
  });

  test('that was renamed meanwhile is restored under its new name', async () => {
    await side.call('attach', 'p0');
    lab.at(lab.here, 'ip link set p0 name eth0.7');
    await side.call('release', p0);
    expect(lab.at(lab.here, 'cat /proc/sys/net/ipv6/conf/eth0.7/disable_ipv6').trim()).toBe('0');
    expect(lab.at(lab.here, 'ip link show dev eth0.7')).not.toContain('NOARP');
  });

  test('that has gone meanwhile is released without a word; attaching it again says that it is gone', async () => {
    await side.call('attach', 'p0');
    lab.at(lab.here, 'ip link del p0');
    await side.call('release', p0);
    await expect(side.call('attach', 'p0')).rejects.toThrow('no interface p0');
  });

  test('of a process that was killed is no longer filtered, and restored from its record', async () => {
    lab.at(lab.here, 'sysctl -q -w net.ipv4.conf.p0.rp_filter=2');
    const before = await eventually(portState, (state) => state.addresses.length === 2);
    const doomed = await lab.process('ip', 'netns', 'exec', lab.here);
    const { record } = await doomed.call<Attached>('attach', 'p0');
    await doomed.call('memberMtu', p0, 1400);
    await doomed.end('SIGKILL');
    await side.call('restore', { ...record, name: 'stranger' });
    expect(portState().mtu).toBe(1400); // another name: another interface
    await side.call('restore', record);
    const restored = await eventually(portState, (state) => state.addresses.length === before.addresses.length);
    expect(restored).toEqual(before);
    expect(before.sysctls).toEqual(['0', '2', '0']);
    lab.at(lab.here, 'sysctl -q -w net.ipv4.conf.p0.rp_filter=0'); // else Linux would not answer here at all
    expect(arpAnswered()).toBe(true); // the program died with its process
  });
});

describe('a member taken over from a process that was killed', () => {
  test('is released to the state before that process', async () => {
    lab.at(lab.here, 'ip link set p0 down');
    const doomed = await lab.process('ip', 'netns', 'exec', lab.here);
    const { record } = await doomed.call<Attached>('attach', 'p0');
    await doomed.end('SIGKILL');
    const side = lab.side(lab.here);
    expect((await side.call<Attached>('attach', 'p0', record)).record).toEqual(record);
    await side.call('release', record.ifindex);
    const { flags } = JSON.parse(lab.at(lab.here, 'ip -j link show dev p0'))[0];
    expect(flags).not.toContain('UP');
    expect(flags).not.toContain('NOARP');
  });
});

describe('the receive filter of a member', () => {
  const VETH0 = '02:00:00:00:00:07';
  const OTHER = '02:00:00:00:00:08';
  /** What the card lets in, as ip and bridge show it. */
  const filter = (port: string) => {
    const [{ flags, promiscuity, allmulti }] = JSON.parse(lab.at(lab.here, `ip -d -j link show dev ${port}`));
    const entries: { mac: string; flags: string[] }[] = JSON.parse(lab.at(lab.here, `bridge -j fdb show dev ${port}`));
    const addresses = entries.map(({ mac }) => mac).filter((mac) => mac.startsWith('02:00:00:00:00:'));
    return {
      addresses,
      allmulti,
      asked: flags.includes('ALLMULTI'),
      promiscuous: flags.includes('PROMISC'),
      promiscuity,
    };
  };
  // veth has no list of addresses in hardware, so one more makes the kernel listen to all.
  const open = { addresses: [VETH0], allmulti: 1, asked: true, promiscuous: false, promiscuity: 1 };
  const CLOSED = { addresses: [], allmulti: 0, asked: false, promiscuous: false, promiscuity: 0 };

  test('outlives kill -9; the next process takes it over, follows another address, and puts it back', async () => {
    expect(filter('p0')).toEqual(CLOSED);
    const doomed = await lab.process('ip', 'netns', 'exec', lab.here);
    const { record } = await doomed.call<Attached>('attach', 'p0');
    const kept = await doomed.call<MemberRecord>('letIn', record.ifindex, VETH0, false);
    expect(filter('p0')).toEqual(open);
    await doomed.end('SIGKILL');
    expect(filter('p0')).toEqual(open);

    const side = lab.side(lab.here);
    await side.call('attach', 'p0', kept);
    expect(await side.call('letIn', record.ifindex, VETH0, false)).toEqual(kept);
    expect(filter('p0')).toEqual(open);
    await side.call('letIn', record.ifindex, OTHER, true);
    expect(filter('p0')).toEqual({ ...open, addresses: [OTHER], promiscuous: true, promiscuity: 2 });
    await side.call('letIn', record.ifindex, OTHER, false);
    expect(filter('p0')).toEqual({ ...open, addresses: [OTHER] });
    await side.call('release', record.ifindex);
    expect(filter('p0')).toEqual(CLOSED);
  });

  test('is put back from the record of a process that was killed; what others asked for stays', async () => {
    lab.at(lab.here, 'ip link set p0 promisc on');
    lab.at(lab.here, `bridge fdb add ${OTHER} dev p0 self permanent`);
    const before = filter('p0');
    const doomed = await lab.process('ip', 'netns', 'exec', lab.here);
    const { record } = await doomed.call<Attached>('attach', 'p0');
    await doomed.call('letIn', record.ifindex, OTHER, false); // is there already
    const kept = await doomed.call<MemberRecord>('letIn', record.ifindex, VETH0, false);
    expect(filter('p0')).toMatchObject({ addresses: [OTHER, VETH0], promiscuous: true });
    await doomed.end('SIGKILL');
    await lab.side(lab.here).call('restore', kept);
    expect(filter('p0')).toEqual(before);
  });

  test('of a card that keeps no list: it is told to let everything in', async () => {
    lab.at(lab.here, 'ip link add mv0 link p0 type macvlan mode bridge');
    const side = lab.side(lab.here);
    const { record } = await side.call<Attached>('attach', 'mv0');
    await side.call('letIn', record.ifindex, VETH0, false);
    expect(filter('mv0')).toMatchObject({ addresses: [], asked: true, promiscuous: true });
    await side.call('release', record.ifindex);
    expect(filter('mv0')).toEqual(CLOSED);
  });
});

describe('a member where the kernel permits no program', () => {
  test('says so in words, and is silent all the same', async () => {
    if (!succeeds('unshare -Urn true')) {
      process.stdout.write('not run: this kernel lets nobody make a user namespace (unshare -Urn)\n');
      return;
    }
    const side = await lab.process('unshare', '-Urn');
    const enter = `nsenter -t ${side.pid} -n`;
    run(`ip netns exec ${lab.here} ip link set p0 netns ${side.pid}`);
    for (const command of ['link set lo up', 'link set p0 up', 'link add name dummy0 type veth peer name dummy1']) {
      run(`${enter} ip ${command}`);
    }
    run(`${enter} ip link set dummy0 up`);
    run(`${enter} ip link set dummy1 up`);
    run(`${enter} ip addr add ${HOST}/24 dev dummy0`);
    run(`${enter} ip addr add ${HOST6}/64 dev p0 nodad`);
    const [{ ifindex, address }] = JSON.parse(run(`${enter} ip -j link show dev p0`));
    const ping = () => succeeds(`ip netns exec ${lab.there} ping -c 3 -i 0.05 -W 1 ${HOST}`);
    const ping6 = () => succeeds(`ip netns exec ${lab.there} ping -6 -c 1 -W 1 ${HOST6}`);
    const neighbour = (command: string) => lab.at(lab.there, `ip neigh ${command} ${HOST} lladdr ${address} dev q0`);
    expect(await eventually(arpAnswered, (yes) => yes)).toBe(true);
    expect(await eventually(ping6, (yes) => yes)).toBe(true);
    neighbour('replace');
    const before = processed(enter).echoes;
    ping();
    expect(processed(enter).echoes - before).toBe(3);

    const { reduced, record } = await side.call<Attached>('attach', 'p0');
    expect(reduced).toBe("p0: no filter in front of the host's stack (bpf(BPF_PROG_LOAD): EPERM)");
    expect(Object.keys(record.sysctls)).toHaveLength(3);
    expect(arpAnswered()).toBe(false);
    neighbour('replace');
    ping();
    expect(ping6()).toBe(false);
    expect(processed(enter).echoes - before).toBe(3); // the reverse-path filter has dropped them

    await side.call('release', ifindex);
    expect(arpAnswered()).toBe(true);
    expect(await eventually(ping6, (yes) => yes)).toBe(true);
  });
});
