/** Counting where it is possible: by programs of the kernel, else in user space. */
import type { DatapathChoice } from '../datapath-choice.js';
import { inWords } from '../kernel-opening.js';
import { SysError } from '../sys/sys-error.js';
import type { AliasCounting } from './alias-counting.js';
import { KernelCounting } from './kernel-counting.js';
import { UserCounting } from './user-counting.js';

export interface CountedDevice {
  readonly ifindex: number;
  /** Goes on with what an earlier process left. */
  readonly adopt: boolean;
  readonly choice: DatapathChoice;
  readonly log: (line: string) => void;
}

/** Throws SysError where neither programs nor a packet socket are permitted. */
export function openAliasCounting({ ifindex, adopt, choice, log }: CountedDevice): AliasCounting {
  if (choice === 'user') return new UserCounting(ifindex, undefined, log);
  try {
    return new KernelCounting(ifindex, adopt);
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    return new UserCounting(ifindex, inWords(error), log);
  }
}
