/** The memory in which the counting thread counts, and the control plane reads: words of 64 bits, a row for each slot. */
import { MAIN } from '../../layers/alias/counting-table.js';
import { COUNT_WORDS } from '../bpf/alias-layout.js';

/** Rows of slots, which have at most 16 bits; and one of the main device. Pages that nobody touches take no memory. */
const ROWS = 65_536;

export const memoryOctets = (): number => ((ROWS + 1) * COUNT_WORDS.length + 1) * 8;

/** The first word of a slot or MAIN. */
export const slotWord = (slot: number): number => (slot === MAIN ? ROWS : slot) * COUNT_WORDS.length;

/** Packets that found the socket's buffer full. */
export const MISSED = (ROWS + 1) * COUNT_WORDS.length;

export interface SocketWorkerStart {
  readonly fd: number;
  readonly memory: SharedArrayBuffer;
}
