/**
 * With mode=active-backup: when another port begins to carry, neighbours are told, so that switches send frames there.
 * Several times, because nobody says that he has heard it.
 */
import type { Clock, VirtualInterface } from '../aggregator/io.js';
import type { Mac } from '../lacp/variables.js';
import { peerNotices } from '../mux/peer-notice.js';
import type { Drivers } from './drivers.js';
import { ipOctets } from './ip-octets.js';

/** Between two rounds, ms. */
export const PEER_NOTIFY_INTERVAL = 200;

export interface PeerNotifierWorld {
  readonly clock: Clock;
  /** Addresses of the interface now, 4 or 16 octets each. */
  addresses(): readonly Uint8Array[];
}

/** Of an interface; it has no addresses while it is in another namespace. */
export const peerNotifierOf = (
  { ifindex, name }: Pick<VirtualInterface, 'ifindex' | 'name'>,
  { clock, links }: Pick<Drivers, 'clock' | 'links'>,
): PeerNotifier =>
  new PeerNotifier({
    clock,
    addresses: () =>
      links.links().some((link) => link.ifindex === ifindex && link.name === name)
        ? links.addresses(ifindex).flatMap((text) => ipOctets(text.replace(/\/.*/, '')) ?? [])
        : [],
  });

export class PeerNotifier {
  #timer: unknown;

  constructor(private readonly world: PeerNotifierWorld) {}

  /** Now and then again, `times` in all; what was under way before ends. */
  tell(times: number, mac: () => Mac, send: (frame: Uint8Array) => void): void {
    this.stop();
    if (times <= 0) return;
    for (const frame of peerNotices(mac(), this.world.addresses())) send(frame);
    if (times > 1)
      this.#timer = this.world.clock.setTimeout(() => this.tell(times - 1, mac, send), PEER_NOTIFY_INTERVAL);
  }

  stop(): void {
    this.world.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
