/** What aliases need of the world. */
import type { AliasCounting } from '../../../drivers/alias/alias-counting.js';
import type { AddressInKernel, InterfaceAddress, LabelledAddress } from '../../../drivers/alias/labelled-address.js';
import type { CountedDevice } from '../../../drivers/alias/open-alias-counting.js';

export interface AliasDrivers {
  /** All addresses of an interface. */
  addresses(ifindex: number): readonly AddressInKernel[];
  /** Throws SysError. */
  add(address: LabelledAddress): void;
  /** False: it was not there. */
  remove(address: InterfaceAddress & { readonly label: string }): boolean;
  /** Throws SysError. */
  openCounting(device: CountedDevice): AliasCounting;
  /** Takes away what earlier processes left that count, but for these interfaces. */
  sweep(but: ReadonlySet<number>): void;
}
