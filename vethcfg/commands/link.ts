/** ipvlan slaves. */
import type { CommandSpec } from './spec.js';

/** For completion: verbs, then what they take. */
export const LINK_WORDS = 'add set del show link name type ipvlan mode l2 l3 l3s bridge private vepa'.split(
  ' ',
) as readonly string[];

export const LINK_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'link',
    syntax:
      'add link MASTER NAME type ipvlan [mode l2|l3|l3s] [bridge|private|vepa] | set NAME ... | del NAME | show [NAME]',
    summary: 'make, change, remove and show ipvlan slaves: interfaces that share the MAC address of a master',
    words: [{ notation: '[WORDS...]', help: 'as for ip link', kinds: ['link'] }],
    details: [
      'The master is an Ethernet interface that is no port, or an interface of vethd. All of its slaves have its MAC',
      'address, and frames are told apart by IP address: those that a slave has in its own stack, wherever it is. Move',
      'it into a namespace with ip link set NAME netns NS. It goes away with that namespace, or by link del.',
      '',
      'Modes, one for all slaves of a master (default l3):',
      '  l2   as on a link of its own: ARP, Neighbour Discovery, multicast and broadcast',
      "  l3   the routes of the master's namespace say where packets leave; no ARP, no multicast, no broadcast",
      "  l3s  as l3, through the host's own stack: netfilter and connection tracking see each packet",
      'Between slaves (default bridge):',
      '  bridge directly, private not at all, vepa by the switch outside',
      '',
      'What a slave sends with a MAC address or an IP address that is not its own is dropped and counted: link show.',
    ],
    examples: [
      'vethcfg link add link eth0 ipvl0 type ipvlan mode l2',
      'vethcfg link add link veth0 name ipvl1 type ipvlan mode l3s private',
      'vethcfg link set ipvl0 mode l3',
      'vethcfg link show',
      'vethcfg link del ipvl0',
    ],
  },
];
