/**
 * Power over the device under test, where we have it. Without it, cases that need a change of the device are not
 * applicable, and those that need a certain setting run only where the device happens to have it.
 */

/** Settings of the device that cases ask for. */
export interface DeviceSettings {
  readonly lacp: 'active' | 'passive' | 'off';
  /** What the device asks of us: fast = short timeout. */
  readonly rate: 'fast' | 'slow';
  readonly mux: 'independent' | 'coupled';
  /** More ports than this stand by. */
  readonly 'max-links': number;
}

/** What cases ask for unless they say otherwise. */
export const USUAL_SETTINGS: DeviceSettings = { lacp: 'active', rate: 'fast', mux: 'independent', 'max-links': 8 };

/** Links are counted from 1, in the order of the wire's ports. Everything throws `CannotControl` when it cannot. */
export interface DeviceControl {
  set(settings: Partial<DeviceSettings>): Promise<void>;
  setPortPriority(link: number, priority: number): Promise<void>;
  /** The device's end of a link goes down or up. */
  setLink(link: number, up: boolean): Promise<void>;
  /** Take a port out of the device's group in good order, and put it in again. */
  removePort(link: number): Promise<void>;
  addPort(link: number): Promise<void>;
}

/** The device cannot be made to do this; the case is not applicable. */
export class CannotControl extends Error {
  override readonly name = 'CannotControl';
}
