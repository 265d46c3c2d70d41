/** What can be said of a slave now. */
import type { SlaveLook } from '../../../drivers/ipvlan/slave-pair.js';
import type { LayerItem } from '../layer.js';
import type { Master, Slave } from './master.js';
import type { ShownLink } from './shown-link.js';

/** `slave`: undefined while its master is not there and it was never made. */
export function showLink(item: LayerItem, master: Master | undefined, slave: Slave | undefined): ShownLink {
  const { link = '', mode = '', flag = '' } = item.options;
  const facts = master?.facts;
  const base = { name: item.name, link, mode, flag };
  if (master === undefined || slave === undefined) {
    return { ...base, state: 'waiting', addresses: [], dropped: {}, notes: [] };
  }
  const look = slave.pair.look();
  return {
    ...base,
    state: facts === undefined ? 'waiting' : slave.up === true ? 'up' : 'no carrier',
    netnsid: slave.pair.whereabouts()?.netnsid,
    mac: look?.mac,
    mtu: look?.mtu,
    addresses: [...slave.addresses.keys()].map((address) => {
      const owner = master.grants.owners.get(address);
      return owner === slave.name ? { address } : { address, duplicateOf: owner };
    }),
    traffic: { ...(slave.pair.traffic() ?? NO_TRAFFIC) },
    dropped: master.path?.counters(slave.pair.peer) ?? {},
    datapath: master.path?.kind,
    notes: notesOf(slave, master, look),
  };
}

const NO_TRAFFIC = { rxFrames: 0, rxBytes: 0, txFrames: 0, txBytes: 0 };

/** What only its own namespace can change, and has not. */
export function notesOf(slave: Slave, { facts, settings }: Master, look: SlaveLook | undefined): string[] {
  const { name, unknown, unreadable } = slave;
  const notes = unreadable === undefined ? [] : [`${name}: its addresses cannot be read: ${unreadable}`];
  if (unknown > 0) notes.push(`${name}: it has ${unknown} addresses too many, for which nothing is forwarded`);
  if (look === undefined || facts === undefined) return notes;
  const say = (problem: string, words: string) =>
    notes.push(`${name}: ${problem}; say ip link set ${name} ${words} where it is`);
  if (look.mac !== facts.mac) say(`its MAC address is ${look.mac}, not the master's`, `address ${facts.mac}`);
  if (look.mtu > facts.mtu) say(`its MTU is ${look.mtu}, the master's is ${facts.mtu}`, `mtu ${facts.mtu}`);
  if (settings.mode === 'l2' && !look.arp) say('it asks for no addresses, as in l3', 'arp on');
  if (settings.mode !== 'l2' && look.arp)
    say(`it asks for addresses, which nobody answers in ${settings.mode}`, 'arp off');
  return notes;
}
