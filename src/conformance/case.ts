import type { DeviceSettings } from './control.js';
import type { Tester } from './tester.js';

/** One fact about a device, judged by nothing but frames on its links. */
export interface ConformanceCase {
  /** `R-04`: the letter is the group. */
  readonly id: string;
  readonly title: string;
  /** Where the standard says it: x.4.12 is 43.4.12 of 802.3ad, 5.4.12 of 802.1AX-2008, 6.4.12 of 802.1AX-2014. */
  readonly clause: string;
  /** Links that it needs. Default 1. */
  readonly links?: number;
  /** Settings that the device must have. */
  readonly device?: Partial<DeviceSettings>;
  /** It cannot be run without control of the device. */
  readonly control?: true;
  /** About how long it takes in real time. */
  readonly seconds: number;
  /** Returns when the device passes; throws `CaseFailure` or `NotApplicable`. */
  run(tester: Tester): Promise<void>;
}

/** A row of the test plan that frames of the slow protocols cannot decide. */
export interface OffWire {
  readonly id: string;
  readonly title: string;
  readonly why: string;
}

export const groupOf = ({ id }: { readonly id: string }): string => id.slice(0, id.indexOf('-'));
