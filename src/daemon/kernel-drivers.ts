/** The drivers of this machine, and the descriptors among them that the next program of this process goes on with. */
import type { Clock, Member } from '../aggregator/io.js';
import { sweepAliasCounting } from '../drivers/alias/kernel-counting.js';
import { addAddress, listAddresses, removeAddress } from '../drivers/alias/labelled-address.js';
import { openAliasCounting } from '../drivers/alias/open-alias-counting.js';
import { type LinuxDatapath, openDatapath } from '../drivers/datapath.js';
import type { DatapathChoice } from '../drivers/datapath-choice.js';
import { removeKernelForwarding } from '../drivers/kernel-forwarding.js';
import { openLinkWatch } from '../drivers/link-watch.js';
import { type AttachedMember, attachMember, restoreMember } from '../drivers/member.js';
import { findNextHop } from '../drivers/next-hop.js';
import { openSlowProtocolsSocket } from '../drivers/slow-protocols-socket.js';
import { libc } from '../drivers/sys/libc.js';
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
  const datapaths = new Map<string, LinuxDatapath>();

  const takeSilence = (ifindex: number): number | undefined => {
    const fd = inheritedSilences.get(ifindex);
    inheritedSilences.delete(ifindex);
    return fd;
  };
  const noted = <Pair extends VethPair | undefined>(pair: Pair): Pair => {
    if (pair !== undefined) silenced.set(pair.peerIfindex, pair);
    return pair;
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
        const done: LinuxDatapath[] = [];
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
      const inherited = inheritedPaths.get(name);
      inheritedPaths.delete(name);
      const datapath = await openDatapath({
        name,
        hostIfindex,
        choice,
        hold,
        heritage: inherited,
        log: (line) => log.warn(`${name}: ${line}`),
        onError: (error) => log.error(`${name}: the data path ended, no frame passes: ${error.message}`),
      });
      const { close } = datapath;
      datapath.close = async () => {
        datapaths.delete(name);
        await close.call(datapath);
      };
      datapaths.set(name, datapath);
      return datapath;
    },
    settled() {
      const sockets = [...inheritedPaths.values()].flatMap(({ host, ports }) => [host, ...ports]);
      for (const fd of [...sockets.map((socket) => socket.fd), ...inheritedSilences.values()]) libc().close(fd);
      // Of interfaces that could not be taken up: their ports are the host's again.
      for (const name of adopted) if (!datapaths.has(name)) removeKernelForwarding(name);
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
      const silences = [...silenced].flatMap(([ifindex, { silenceFd }]) =>
        silenceFd === undefined ? [] : [[`${ifindex}`, silenceFd] as const],
      );
      return {
        wire: wire.handOver(),
        datapaths: Object.fromEntries(handed.flat()),
        silences: Object.fromEntries(silences),
      };
    },
  };
}
