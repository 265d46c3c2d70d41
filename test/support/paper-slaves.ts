/** Slaves of a kernel on paper: pairs whose addresses tests say, and a data path that keeps its tables. */
import type { SlaveDrivers } from '../../src/drivers/ipvlan/slave-drivers.js';
import type { SlavePair } from '../../src/drivers/ipvlan/slave-pair.js';
import { Errno, SysError } from '../../src/drivers/sys/sys-error.js';
import type { SlaveTable } from '../../src/layers/ipvlan/table.js';

export class PaperSlaves implements SlaveDrivers {
  /** Every call that changes something, in order. */
  readonly calls: string[] = [];
  readonly pairs = new Map<string, SlavePair>();
  /** By name of the slave, or of the master `eth0`, which is interface 1. */
  readonly has = new Map<string, readonly (readonly number[])[]>();
  /** What the data path was told last. */
  table: SlaveTable | undefined;
  /** The data path takes no table of this mode. */
  refuses: string | undefined;

  readonly createPair = (name: string): SlavePair => {
    const pair = this.#pair(name);
    this.pairs.set(name, pair);
    this.calls.push(`create ${name}`);
    return pair;
  };
  readonly adoptPair = (name: string) => this.pairs.get(name);

  readonly addresses = {
    read: ({ ifindex }: { readonly ifindex: number }) => {
      const name = [...this.pairs.values()].find(({ peer }) => peer + 1000 === ifindex)?.name ?? 'eth0';
      return (this.has.get(name) ?? []).map((address) => Uint8Array.from(address));
    },
    close: () => {},
  };

  readonly openPath: SlaveDrivers['openPath'] = async ({ table }) => {
    this.calls.push('open path');
    const write = (next: SlaveTable) => {
      if (next.mode === this.refuses) throw new SysError('bpf(BPF_PROG_LOAD)', Errno.EPERM, 'forward');
      this.table = next;
    };
    write(table);
    return {
      kind: 'kernel',
      write,
      counters: () => undefined,
      close: () => void this.calls.push('close path'),
      letGo: () => void this.calls.push('let go'),
    };
  };

  readonly removeGuards = () => {};
  readonly removePathsBut = (masters: readonly number[]) => void this.calls.push(`keep paths of ${masters.join(' ')}`);
  readonly addRoute = (peer: number, address: Uint8Array) => void this.calls.push(`route ${address.join('.')} ${peer}`);
  readonly removeRoute = (_: number, address: Uint8Array) => void this.calls.push(`unroute ${address.join('.')}`);
  readonly startForwarding = () => ({ 'ipv4/forwarding': '0' });
  readonly endForwarding = (master: string) => void this.calls.push(`forwarding of ${master} as before`);
  readonly startAllMulticast = () => true;
  readonly endAllMulticast = () => {};

  #pair(name: string): SlavePair {
    const peer = 10 + this.pairs.size;
    const told = (what: string) => () => {
      this.calls.push(`${name} ${what}`);
      return true;
    };
    return {
      name,
      peer,
      whereabouts: () => ({ ifindex: peer + 1000, netnsid: undefined }),
      look: () => undefined,
      traffic: () => undefined,
      setMac: () => true,
      setMtu: (mtu) => told(`mtu ${mtu}`)(),
      setArp: (on) => told(on ? 'arp on' : 'arp off')(),
      setCarrier: (up) => void told(up ? 'up' : 'down')(),
      setStack: () => {},
      remove: () => {
        this.pairs.delete(name);
        this.calls.push(`remove ${name}`);
      },
    };
  }
}
