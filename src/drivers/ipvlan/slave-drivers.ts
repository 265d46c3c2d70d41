/** What slaves need of the kernel, in one place; tests put others in their places. */
import { changeFlags, findByIndex, unlessGone } from '../interface-change.js';
import { IFF_ALLMULTI } from '../sys/constants.js';
import { removeHostGuards } from './host-guard.js';
import { removeSlavePathsBut } from './kernel-slave-path.js';
import { openSlavePath, type SlavePathOptions } from './open-slave-path.js';
import { type AddressReader, openAddressReader } from './slave-addresses.js';
import { adoptSlavePair, createSlavePair, type SlavePair } from './slave-pair.js';
import type { SlavePath } from './slave-path.js';
import {
  addSlaveRoute,
  endForwarding,
  type FormerSettings,
  removeSlaveRoute,
  startForwarding,
} from './slave-routes.js';

export interface SlaveDrivers {
  createPair: typeof createSlavePair;
  adoptPair(name: string): SlavePair | undefined;
  readonly addresses: AddressReader;
  openPath(options: SlavePathOptions): Promise<SlavePath>;
  /** A thread that was killed guarded the host's stack: that ends. */
  removeGuards(): void;
  /** What earlier processes left for other masters than these goes away. */
  removePathsBut(masters: readonly number[]): void;
  addRoute(peer: number, address: Uint8Array): void;
  removeRoute(peer: number, address: Uint8Array): void;
  startForwarding(master: string): FormerSettings;
  endForwarding(master: string, former: FormerSettings): void;
  /** The interface receives frames to all groups. False: it did so before. */
  startAllMulticast(ifindex: number): boolean;
  endAllMulticast(ifindex: number): void;
}

export function slaveDrivers(): SlaveDrivers {
  const setAllMulticast = (ifindex: number, on: boolean) =>
    changeFlags(ifindex, on ? IFF_ALLMULTI : 0, IFF_ALLMULTI, `receive frames to all groups on interface ${ifindex}`);
  return {
    createPair: createSlavePair,
    adoptPair: adoptSlavePair,
    addresses: openAddressReader(),
    openPath: openSlavePath,
    removeGuards: () => void removeHostGuards(),
    removePathsBut: removeSlavePathsBut,
    addRoute: addSlaveRoute,
    removeRoute: removeSlaveRoute,
    startForwarding,
    endForwarding,
    startAllMulticast(ifindex) {
      const flags = findByIndex(ifindex)?.flags ?? IFF_ALLMULTI;
      if ((flags & IFF_ALLMULTI) !== 0) return false;
      setAllMulticast(ifindex, true);
      return true;
    },
    endAllMulticast: (ifindex) => unlessGone(() => setAllMulticast(ifindex, false)),
  };
}
