/**
 * Where a frame goes at a master with ipvlan slaves. This is the specification of both data paths.
 *
 * Master and slaves have one MAC address, so what comes from the wire is told apart by IP address. What a slave sends
 * must be its own: the master's MAC address, and one of its addresses in the table.
 *
 * From the wire, in l2:
 * - to a group: every slave and the host. ARP requests and Neighbour Solicitations for a slave's address: that slave
 *   alone. A group frame of our own that the switch sends back: with `vepa` every slave but the one that sent it, else
 *   no slave has it a second time;
 * - to our MAC address: the slave with the destination address (of ARP: the target), else the host. With `private` not
 *   what another slave has sent and the switch has sent back;
 * - anything else is the host's alone, and so is what is neither IP nor ARP, or has a VLAN tag.
 * In l3 and l3s the same, without groups and ARP: these are the host's alone.
 *
 * From a slave, in l2:
 * - to a group: every other slave and the wire, not the host. ARP requests and Neighbour Solicitations for another
 *   slave's address: that slave alone. With `private` and `vepa`: the wire alone;
 * - to our MAC address: the slave with the destination address, else the host. With `private` dropped, with `vepa` the
 *   wire;
 * - to other MAC addresses: the wire.
 * From a slave, in l3 and l3s: the slave with the destination address (`private`: dropped, `vepa`: routed); else the
 * way that the host's routing says, which counts as a hop. Groups, ARP and Neighbour Discovery are dropped.
 *
 * Frames of the host itself leave by the master unseen, as with the kernel's ipvlan: host and slaves do not talk.
 */
import { macToBytes } from '../../lacp/mac.js';
import { AddressHash } from './address-hash.js';
import * as frames from './frame.js';
import { arpOfSlave, isNd, ndOfSlave } from './neighbour.js';
import type { SlaveTable } from './table.js';
import { dropFor, Kind, NOBODY, PASS, ROUTE, STACK, verdict, WIRE } from './verdict.js';

/** Origin of a frame that came in at the master; else it is the index of a slave. */
export const FROM_WIRE = -1;

const MALFORMED = dropFor('malformed');
const FOREIGN_MAC = dropFor('mac');
const FOREIGN_TYPE = dropFor('type');
const FOREIGN_SOURCE = dropFor('source');
const ARP = dropFor('arp');
const ND = dropFor('nd');
const MULTICAST = dropFor('multicast');
const PRIVATE = dropFor('private');
const SELF = dropFor('self');
const DESTINATION = dropFor('destination');

/** Decides by one table. Nothing outside the frame is read, and nothing is allocated. */
export class Decider {
  readonly #mac: Uint8Array;
  readonly #addresses: AddressHash;
  readonly #l2: boolean;
  readonly #bridge: boolean;
  readonly #private: boolean;

  constructor({ mode, flag, master, slaves }: SlaveTable) {
    this.#mac = macToBytes(master.mac);
    this.#addresses = new AddressHash(slaves.map(({ addresses }) => addresses));
    this.#l2 = mode === 'l2';
    this.#bridge = flag === 'bridge';
    this.#private = flag === 'private';
  }

  /** The verdict on the frame in `length` octets of `bytes` from `start`, at the destination address. */
  decide(bytes: Uint8Array, start: number, length: number, from: number): number {
    const end = Math.min(start + length, bytes.length);
    const form = frames.formOf(bytes, start, end);
    if (from === FROM_WIRE) return form <= frames.Form.OTHER ? PASS : this.#fromWire(bytes, start, end, form);
    if (form === frames.Form.CUT) return MALFORMED;
    return this.#fromSlave(bytes, start, end, form, from);
  }

  #fromWire(bytes: Uint8Array, start: number, end: number, form: frames.Form): number {
    const group = frames.isGroup(bytes, start);
    if (group && !this.#l2) return PASS;
    if (!group && !frames.sameMac(bytes, start, this.#mac)) return PASS;
    if (form === frames.Form.ARP && !this.#l2) return PASS;
    const sender = frames.sameMac(bytes, start + 6, this.#mac) ? this.#sourceOwner(bytes, start, end, form) : NOBODY;
    if (sender !== NOBODY && (this.#private || (group && this.#bridge))) return PASS;
    const owner = group ? this.#askedFor(bytes, start, end, form) : this.#owner(bytes, start, form);
    if (owner !== NOBODY) return owner === sender ? PASS : verdict(Kind.SLAVE, owner);
    return group ? verdict(Kind.EVERY, sender) : PASS;
  }

  #fromSlave(bytes: Uint8Array, start: number, end: number, form: frames.Form, from: number): number {
    if (!frames.sameMac(bytes, start + 6, this.#mac)) return FOREIGN_MAC;
    if (form === frames.Form.OTHER) return FOREIGN_TYPE;
    const group = frames.isGroup(bytes, start);
    if (!this.#l2) {
      if (group) return MULTICAST;
      if (form === frames.Form.ARP) return ARP;
    }
    if (form === frames.Form.ARP) {
      const own = this.#addresses.owner(bytes, start + frames.ARP_SENDER_IP, 4) === from;
      if (!arpOfSlave(bytes, start, this.#mac, own)) return ARP;
    } else {
      const own = this.#sourceIp(bytes, start, form) === from;
      // Before it has an address: duplicate address detection, DHCP, reports of groups.
      if (!own && !(this.#l2 && group && frames.isUnspecified(bytes, start, form))) return FOREIGN_SOURCE;
      if (form === frames.Form.IPV6 && isNd(bytes, start, end)) {
        const targetOwn = this.#targetOwner(bytes, start, end) === from;
        if (!this.#l2 || !ndOfSlave(bytes, start, end, this.#mac, targetOwn)) return ND;
      }
    }
    return this.#l2 ? this.#switched(bytes, start, end, form, from, group) : this.#routed(bytes, start, form, from);
  }

  #switched(bytes: Uint8Array, start: number, end: number, form: frames.Form, from: number, group: boolean): number {
    if (group) {
      if (!this.#bridge) return WIRE;
      const asked = this.#askedFor(bytes, start, end, form);
      return asked === NOBODY || asked === from ? verdict(Kind.EVERY, from) : verdict(Kind.SLAVE, asked);
    }
    if (!frames.sameMac(bytes, start, this.#mac)) return WIRE;
    const owner = this.#owner(bytes, start, form);
    if (owner === from) return SELF;
    if (owner !== NOBODY && this.#private) return PRIVATE;
    if (!this.#bridge && !this.#private) return WIRE;
    if (owner !== NOBODY) return verdict(Kind.SLAVE, owner);
    return frames.isNoDestination(bytes, start, form) ? DESTINATION : STACK;
  }

  #routed(bytes: Uint8Array, start: number, form: frames.Form, from: number): number {
    if (frames.isToGroup(bytes, start, form)) return MULTICAST;
    const owner = this.#owner(bytes, start, form);
    if (owner === from) return SELF;
    if (owner !== NOBODY && this.#private) return PRIVATE;
    if (owner !== NOBODY && this.#bridge) return verdict(Kind.SLAVE, owner);
    return frames.isNoDestination(bytes, start, form) ? DESTINATION : ROUTE;
  }

  /** Whose the destination is; of ARP the target. */
  #owner(bytes: Uint8Array, start: number, form: frames.Form): number {
    switch (form) {
      case frames.Form.IPV4:
        return this.#addresses.owner(bytes, start + frames.IPV4_TO, 4);
      case frames.Form.IPV6:
        return this.#addresses.owner(bytes, start + frames.IPV6_TO, 16);
      case frames.Form.ARP:
        return this.#addresses.owner(bytes, start + frames.ARP_TARGET_IP, 4);
      default:
        return NOBODY;
    }
  }

  /** Whose address a request to a group asks for. */
  #askedFor(bytes: Uint8Array, start: number, end: number, form: frames.Form): number {
    if (form === frames.Form.ARP && frames.isArpRequest(bytes, start)) return this.#owner(bytes, start, form);
    if (form === frames.Form.IPV6 && frames.isSolicitation(bytes, start, end))
      return this.#targetOwner(bytes, start, end);
    return NOBODY;
  }

  /** The slave that sent a frame, from its source; before it has one, the slave that the address is to be. */
  #sourceOwner(bytes: Uint8Array, start: number, end: number, form: frames.Form): number {
    if (form === frames.Form.ARP) {
      const sender = this.#addresses.owner(bytes, start + frames.ARP_SENDER_IP, 4);
      return frames.isProbe(bytes, start) ? this.#owner(bytes, start, form) : sender;
    }
    if (form === frames.Form.IPV6 && frames.isUnspecified(bytes, start, form))
      return frames.isSolicitation(bytes, start, end) ? this.#targetOwner(bytes, start, end) : NOBODY;
    return this.#sourceIp(bytes, start, form);
  }

  #sourceIp(bytes: Uint8Array, start: number, form: frames.Form): number {
    if (form === frames.Form.IPV4) return this.#addresses.owner(bytes, start + frames.IPV4_FROM, 4);
    if (form === frames.Form.IPV6) return this.#addresses.owner(bytes, start + frames.IPV6_FROM, 16);
    return NOBODY;
  }

  #targetOwner(bytes: Uint8Array, start: number, end: number): number {
    return start + frames.ND_TARGET + 16 > end ? NOBODY : this.#addresses.owner(bytes, start + frames.ND_TARGET, 16);
  }
}
