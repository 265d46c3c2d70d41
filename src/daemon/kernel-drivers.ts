/** The drivers of this machine, and the descriptors among them that the next program of this process goes on with. */
import type { Clock, Member } from '../aggregator/io.js';
import { sweepAliasCounting } from '../drivers/alias/kernel-counting.js';
import { addAddress, listAddresses, removeAddress } from '../drivers/alias/labelled-address.js';
import { openAliasCounting } from '../drivers/alias/open-alias-counting.js';
import { type BridgeDatapath, openBridgeDatapath } from '../drivers/bridge/bridge-datapath.js';
import { removeBridge } from '../drivers/bridge/kernel-bridge.js';
import { type LinuxDatapath, openDatapath } from '../drivers/datapath.js';
import type { DatapathChoice } from '../drivers/datapath-choice.js';
import { removeKernelForwarding } from '../drivers/kernel-forwarding.js';
import { openLinkWatch } from '../drivers/link-watch.js';
import { type AttachedMember, attachMember, restoreMember } from '../drivers/member.js';
import { findNextHop } from '../drivers/next-hop.js';
import { openSlowProtocolsSocket } from '../drivers/slow-protocols-socket.js';
import { libc } from '../drivers/sys/libc.js';
import type { DatapathHeritage } from '../drivers/user-datapath-messages.js';
import { adoptVirtualInterface, createVirtualInterface, type VethPair } from '../drivers/virtual-interface.js';
import type { Drivers } from './drivers.js';
import type { Heritage } from './heritage.js';
import type { Log } from './log.js';

type Inherited = Pick<Heritage, 'wire' | 'datapaths' | 'silences'>;

export interface KernelDrivers extends Drivers {
  /** Everything has been taken up that there is: closes what was inherited and is not wanted. */
  settled(): void;
  /** Stops forwarding and reading; what comes waits in the descriptors. Only a successor can go on after this. */
  handOver(): Promise<Inherited>;
}

export function openKernelDrivers(clock: Clock, log: Log, heritage?: Inherited): KernelDrivers {
  const wire = openSlowProtocolsSocket(heritage?.wire);
  const inheritedPaths = new Map(Object.entries(heritage?.datapaths ?? {}));
  const inheritedSilences = new Map(Object.entries(heritage?.silences ?? {}).map(([index, fd]) => [Number(index), fd]));
  /** By what they serve; those that have ended meanwhile hold nothing any more. */
  const silenced = new Map<number, AttachedMember | VethPair>();
  let choice: DatapathChoice = 'auto';
  /** Names of interfaces that an earlier daemon had. */
  const adopted = new Set<string>();
  const datapaths = new Map<string, LinuxDatapath | BridgeDatapath>();

  const takeSilence = (ifindex: number): number | undefined => {
    const fd = inheritedSilences.get(ifindex);
    inheritedSilences.delete(ifindex);
    return fd;
  };
  const noted = <Pair extends VethPair | undefined>(pair: Pair): Pair => {
    if (pair !== undefined) silenced.set(pair.peerIfindex, pair);
    return pair;
  };
  const silence = (ifindex: number, silent: boolean) => silenced.get(ifindex)?.setSilent(silent) === true;
  const saying = (name: string) => ({
    log: (line: string) => log.warn(`${name}: ${line}`),
    onError: (error: Error) => log.error(`${name}: the data path ended, no frame passes: ${error.message}`),
  });
  /** Sockets of the program before us, or of the data path that is to be replaced; frames wait in them. */
  const takeSockets = async (name: string): Promise<DatapathHeritage | undefined> => {
    const inherited = inheritedPaths.get(name);
    inheritedPaths.delete(name);
    const former = datapaths.get(name);
    if (inherited !== undefined || former === undefined) return inherited;
    // A bridge in the kernel has none; programs in the kernel give up what they forward to theirs.
    if (former.silence === undefined && former.kind === 'kernel') await former.choose('user');
    return former.handOver();
  };
  /** From now on it is the one of its interface. */
  const entered = <Path extends LinuxDatapath | BridgeDatapath>(name: string, datapath: Path): Path => {
    const { close } = datapath;
    datapath.close = async () => {
      if (datapaths.get(name) === datapath) datapaths.delete(name);
      await close.call(datapath);
    };
    datapaths.set(name, datapath);
    return datapath;
  };

  return {
    clock,
    links: openLinkWatch(),
    wire,
    createVirtualInterface: (name, facts) => noted(createVirtualInterface(name, facts)),
    adoptVirtualInterface(name) {
      adopted.add(name);
      return noted(adoptVirtualInterface(name, takeSilence));
    },
    attachMember(facts, former): Member {
      const member = attachMember(facts, former, takeSilence(facts.ifindex));
      silenced.set(facts.ifindex, member);
      return member;
    },
    restoreMember,
    nextHop: findNextHop,
    aliases: {
      addresses: listAddresses,
      add: addAddress,
      remove: removeAddress,
      openCounting: openAliasCounting,
      sweep: sweepAliasCounting,
    },
    datapath: {
      get choice() {
        return choice;
      },
      async choose(wanted) {
        const done: { choose(choice: DatapathChoice): Promise<void> }[] = [];
        try {
          for (const datapath of datapaths.values()) {
            await datapath.choose(wanted);
            done.push(datapath);
          }
        } catch (error) {
          for (const datapath of done) await datapath.choose(choice);
          throw error;
        }
        choice = wanted;
      },
    },
    async openDatapath(hostIfindex, name, hold) {
      const former = datapaths.get(name);
      // Of a process that was killed between two modes.
      if (former === undefined && removeBridge(name)) silence(hostIfindex, true);
      const replaced = former?.bridge !== undefined && former.kind === 'user';
      const heritage = replaced || former === undefined ? await takeSockets(name) : undefined;
      const options = { name, hostIfindex, choice, hold: hold || replaced, heritage, ...saying(name) };
      return entered(name, await openDatapath(options));
    },
    async openBridge(hostIfindex, name, { mac, rules }, changed) {
      const options = {
        name,
        hostIfindex,
        mac,
        rules,
        choice,
        changed,
        silence,
        inherited: takeSilence,
        ...saying(name),
      };
      const datapath = await openBridgeDatapath(options, () => takeSockets(name));
      if (!datapaths.has(name)) removeKernelForwarding(name);
      return entered(name, datapath);
    },
    settled() {
      const sockets = [...inheritedPaths.values()].flatMap(({ host, ports }) => [host, ...ports]);
      for (const fd of [...sockets.map((socket) => socket.fd), ...inheritedSilences.values()]) libc().close(fd);
      // Of interfaces that could not be taken up: their ports are the host's again.
      for (const name of adopted) {
        if (datapaths.has(name)) continue;
        removeKernelForwarding(name);
        removeBridge(name);
      }
      adopted.clear();
      inheritedPaths.clear();
      inheritedSilences.clear();
    },
    async handOver() {
      const handed = await Promise.all(
        [...datapaths].map(async ([name, datapath]) => {
          // One that has ended, in order or not, has nothing to hand over.
          const left = await datapath.handOver().catch(() => undefined);
          return left === undefined ? [] : [[name, left] as const];
        }),
      );
      const bridges = [...datapaths.values()].flatMap(({ silence: own }) => (own === undefined ? [] : [own]));
      const ofInterfaces = [...silenced].map(([ifindex, { silenceFd: fd }]) => ({ ifindex, fd }));
      const silences = [...ofInterfaces, ...bridges].flatMap(({ ifindex, fd }) =>
        fd === undefined ? [] : [[`${ifindex}`, fd] as const],
      );
      return {
        wire: wire.handOver(),
        datapaths: Object.fromEntries(handed.flat()),
        silences: Object.fromEntries(silences),
      };
    },
  };
}
