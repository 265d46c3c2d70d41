/** What forwards the frames of all slaves of one master, as layers/ipvlan/decide.ts says. */
import type { SlaveTable } from '../../layers/ipvlan/table.js';
import type { DropReason } from '../../layers/ipvlan/verdict.js';

/** Frames of a slave that went nowhere. */
export type SlaveDrops = Readonly<Record<DropReason, number>>;

export interface SlavePath {
  readonly kind: 'kernel' | 'user';
  /** Puts a table in force. Throws SysError. */
  write(table: SlaveTable): void;
  /** Of the slave with this hidden peer; undefined: it is not in the table. */
  counters(ifindex: number): SlaveDrops | undefined;
  /** Takes everything off and away. */
  close(): void | Promise<void>;
  /** Leaves what can stay without this process for the next one. */
  letGo(): void | Promise<void>;
}
