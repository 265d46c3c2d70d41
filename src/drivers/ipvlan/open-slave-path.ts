/** The data path of one master: programs in the kernel where it permits them, else a thread of ours. */
import type { SlaveTable } from '../../layers/ipvlan/table.js';
import type { DatapathChoice } from '../datapath-choice.js';
import { inWords } from '../kernel-opening.js';
import { SysError } from '../sys/sys-error.js';
import { KernelSlavePath, removeSlavePath } from './kernel-slave-path.js';
import type { SlavePath } from './slave-path.js';
import { openUserSlavePath } from './user-slave-path.js';

export interface SlavePathOptions {
  readonly table: SlaveTable;
  readonly choice: DatapathChoice;
  readonly log: (line: string) => void;
  /** It ended by itself. */
  readonly onError: (error: Error) => void;
}

/** Forwards by the table when it resolves. Throws SysError where the kernel refuses what was chosen. */
export async function openSlavePath(options: SlavePathOptions): Promise<SlavePath> {
  const { table, choice, log } = options;
  if (choice !== 'user') {
    try {
      return openKernel(options);
    } catch (error) {
      if (!(error instanceof SysError) || choice === 'kernel') throw error;
      log(`slaves are forwarded in user space: ${inWords(error)}`);
    }
  }
  removeSlavePath(table.master.ifindex);
  return openUserSlavePath(options);
}

function openKernel({ table, log }: SlavePathOptions): SlavePath {
  const path = new KernelSlavePath({ master: table.master.ifindex, log });
  try {
    path.write(table);
    return path;
  } catch (error) {
    path.close();
    throw error;
  }
}
