/** Counting of the packets of a main device for its aliases, by src/layers/alias/count-rule.ts. */
import type { CountingTable } from '../../layers/alias/counting-table.js';
import type { AliasCounts } from '../bpf/alias-layout.js';

export interface AliasCounting {
  /** `kernel`: programs count; `user`: a packet socket, whose buffer may overflow. */
  readonly kind: 'kernel' | 'user';
  /** What is less about it than could be; undefined: nothing. */
  readonly reason?: string | undefined;
  /** A slot begins at 0, unless an earlier process has counted for it and `kept`. */
  addSlot(slot: number, kept: boolean): void;
  removeSlot(slot: number): void;
  /** Whom packets count for from now on. */
  setTable(table: CountingTable): void;
  counts(slot: number): AliasCounts;
  /** Packets that were not looked at, because the buffer was full. */
  missed(): number;
  /** Nothing is counted any more, nothing stays. */
  end(): void;
  /** As far as it can it goes on without this process. */
  letGo(): void;
}
