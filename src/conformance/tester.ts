/**
 * A scripted partner on the links of one device. It may say anything at any moment, and judges by nothing but the frames
 * that come back, and their times. The same in virtual time and on real links: all waiting goes through the wire.
 */
import { CannotControl, type DeviceControl } from './control.js';
import type { SomeInformation } from './information.js';
import { type Heard, IN_USE, TesterLink } from './tester-link.js';
import { CaseFailure, NotApplicable } from './verdict.js';
import type { Wire } from './wire.js';

/** Tolerance for events of a timer of seconds, and for answers that are due at once. */
export const TOLERANCE = 250;
/** Time in which the device must have reacted to what needs no timer. */
export const AT_ONCE = 500;
/** Beat of waiting for a condition. */
const STEP = 10;
/** After this long without traffic no limit on LACPDUs a second can be in the way. Before each case. */
export const CALM = 1_100;
/** Slow_Periodic_Time, and a little. */
const SLOW_RHYTHM = 31_000;
/** Aggregate_Wait_Time, and what devices take beyond it (Linux bonding waits 8 s at first). */
const ATTACH_WITHIN = 15_000;

let identities = 0;

export class Tester {
  readonly links: readonly TesterLink[];

  constructor(
    readonly wire: Wire,
    private readonly controller?: DeviceControl,
  ) {
    this.links = wire.ports.map(({ name, mac }, index) => new TesterLink(wire, index + 1, name, mac));
    wire.start((port, frame) => this.links[port]?.hear(frame));
    this.newIdentity();
  }

  /** The n-th link, from 1. */
  link(number = 1): TesterLink {
    const link = this.links[number - 1];
    if (link === undefined) throw new NotApplicable(`needs ${number} links`);
    return link;
  }

  get control(): DeviceControl {
    if (this.controller === undefined) throw new CannotControl('needs control of the device');
    return this.controller;
  }

  get now(): number {
    return this.wire.now();
  }

  wait(ms: number): Promise<void> {
    return this.wire.wait(ms);
  }

  /** Waits until the condition holds, `ms` at most; says whether it does. */
  async until(condition: () => boolean, ms: number): Promise<boolean> {
    const end = this.now + ms;
    while (!condition()) {
      const left = end - this.now;
      if (left <= 0) return false;
      await this.wait(Math.min(STEP, left));
    }
    return true;
  }

  /** The first LACPDU since the last mark that fits; the case fails when none comes within `ms`. */
  async hears(link: TesterLink, fits: (heard: Heard) => boolean, ms: number, expected: string): Promise<Heard> {
    await this.until(() => link.fresh.some(fits), ms);
    const found = link.fresh.find(fits);
    if (found === undefined) throw new CaseFailure(`${expected} within ${ms} ms`, link.inWords());
    return found;
  }

  /** Ends the case unless the claim holds. */
  check(claim: boolean, expected: string, seen: string): void {
    if (!claim) throw new CaseFailure(expected, seen);
  }

  /** All links become ports of one system that the device has never heard of; silent. */
  newIdentity(): void {
    identities += 1;
    const [high, low] = [(identities >> 8) & 0xff, identities & 0xff].map((octet) =>
      octet.toString(16).padStart(2, '0'),
    );
    for (const link of this.links) {
      link.reset({ System: `02:cc:00:${high}:${low}:00`, Key: 0x21, Port: link.number });
    }
  }

  /** What every case begins with: the device knows us as newcomers on all links, out of sync, and is calm. */
  async reset(): Promise<void> {
    if (await this.introduced()) return;
    // It keeps to the slow rhythm that the case before asked for (P-03 is about that): no fault of the next case.
    for (const link of this.links) link.keepAlive();
    await this.until(() => this.links.every((link) => link.heard.length > 0), SLOW_RHYTHM);
    await this.introduced();
  }

  /** Says whether the device has answered on all links. */
  private async introduced(): Promise<boolean> {
    this.newIdentity();
    for (const link of this.links) link.send();
    await this.wait(CALM);
    return this.links.every((link) => link.heard.length > 0);
  }

  /** Introduces ourselves on the links until the device is in sync; goes on with an LACPDU a second, out of sync. */
  async attached(...links: readonly TesterLink[]): Promise<void> {
    for (const link of links) link.keepAlive();
    for (const link of links) {
      const inSync = () => link.heard.at(-1)?.pdu.actor.State.Synchronization === true;
      if (!(await this.until(inSync, ATTACH_WITHIN))) {
        throw new CaseFailure(`Synchronization within ${ATTACH_WITHIN / 1_000} s`, link.inWords());
      }
    }
  }

  /** A well-behaved partner on the links until frames flow; goes on with an LACPDU a second. */
  async inUse(...links: readonly TesterLink[]): Promise<void> {
    await this.attached(...links);
    for (const link of links) link.become({ State: IN_USE }).keepAlive();
    for (const link of links) {
      const flowing = () => link.state.Collecting && link.state.Distributing;
      if (!(await this.until(flowing, 3_000))) {
        throw new CaseFailure('Collecting and Distributing within 3 s of our being in sync', link.inWords());
      }
    }
  }

  /** Silent until the device has given us up; needs rate=fast. */
  async defaulted(link: TesterLink): Promise<void> {
    link.stop();
    link.mark();
    await this.hears(link, saysDefaulted, 9_000, 'Defaulted after our silence');
  }

  /** Say something else on a link, now and every second. */
  say(link: TesterLink, some: SomeInformation): void {
    link.become(some).keepAlive();
  }
}

export const saysDefaulted = ({ pdu }: Heard): boolean => pdu.actor.State.Defaulted && !pdu.actor.State.Expired;
export const inTraffic = ({ pdu }: Heard): boolean => pdu.actor.State.Collecting || pdu.actor.State.Distributing;

/** The largest number of times in any window; its end does not belong to it. */
export function mostWithin(times: readonly number[], windowMs: number): number {
  return Math.max(0, ...times.map((start) => times.filter((at) => at >= start && at < start + windowMs).length));
}
