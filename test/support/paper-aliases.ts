/** Addresses of a kernel on paper, and counting that counts nothing: for the layer of aliases. */

import type { AliasDrivers } from '../../src/daemon/layers/alias/alias-drivers.js';
import { type AddressInKernel, sameAddress } from '../../src/drivers/alias/labelled-address.js';
import { type AliasCounts, NO_COUNTS } from '../../src/drivers/bpf/alias-layout.js';
import { Errno, SysError } from '../../src/drivers/sys/sys-error.js';
import type { CountingTable } from '../../src/layers/alias/counting-table.js';

export class PaperAliases implements AliasDrivers {
  readonly kernel: AddressInKernel[] = [];
  /** By interface. */
  readonly tables = new Map<number, CountingTable>();
  /** The kernel takes no more addresses. */
  refuses = false;

  readonly addresses = (ifindex: number) => this.kernel.filter((each) => each.ifindex === ifindex);

  readonly add: AliasDrivers['add'] = (address) => {
    if (this.refuses) throw new SysError('rtnetlink', Errno.ENOBUFS, `add the address ${address.label}`);
    const label = address.family === 2 ? address.label : undefined;
    this.kernel.push({ ...address, label, duplicate: false, body: Buffer.alloc(0) });
  };

  readonly remove: AliasDrivers['remove'] = (gone) => {
    const at = this.kernel.findIndex((each) => each.ifindex === gone.ifindex && sameAddress(each, gone));
    if (at >= 0) this.kernel.splice(at, 1);
    return at >= 0;
  };

  readonly openCounting: AliasDrivers['openCounting'] = ({ ifindex }) => ({
    kind: 'kernel',
    addSlot: () => {},
    removeSlot: () => {},
    setTable: (table) => void this.tables.set(ifindex, table),
    counts: (): AliasCounts => NO_COUNTS,
    missed: () => 0,
    end: () => void this.tables.delete(ifindex),
    letGo: () => {},
  });

  readonly sweep = () => {};
}
