/** What the data path of one master knows: its slaves and whose each address is. Replaced whole. */
import type { Mac } from '../../lacp/variables.js';

/** One mode for all slaves of a master. */
export type SlaveMode = 'l2' | 'l3' | 'l3s';
/** Slave to slave: switched here, not at all, or by the switch outside. */
export type SlaveFlag = 'bridge' | 'private' | 'vepa';

export interface SlaveTable {
  readonly mode: SlaveMode;
  readonly flag: SlaveFlag;
  readonly master: {
    readonly ifindex: number;
    /** The one address on the wire: the slaves have it too. */
    readonly mac: Mac;
    /** The host's own on the master, each of 4 or 16 octets. */
    readonly addresses: readonly Uint8Array[];
  };
  readonly slaves: readonly Slave[];
}

export interface Slave {
  /** Of the hidden peer, where frames of the slave come in and frames for it are put in. */
  readonly ifindex: number;
  /** Each of 4 or 16 octets; no address stands twice in a table. */
  readonly addresses: readonly Uint8Array[];
}
