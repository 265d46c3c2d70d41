/**
 * What the five documents say from which this project descends, a statement a line: NET_ALIAS 0.50 (NA), a tutorial on IP
 * aliases (IA), the veth driver of 2001 (VE), the kernel's text on IPVLAN (IV), a mail of 1999 on layered interfaces
 * (NB), and the rows of what to keep of them (R). Numbers are stable; gaps never had a statement.
 */
export interface Statement {
  readonly id: string;
  readonly says: string;
  /** Why no test shows it: it has no counterpart today. */
  readonly today?: string;
}

const of = (family: string, statements: Readonly<Record<number, string | readonly [says: string, today: string]>>) =>
  Object.entries(statements).map(([number, text]): Statement => {
    const id = `${family}${number}`;
    return typeof text === 'string' ? { id, says: text } : { id, says: text[0], today: text[1] };
  });

const MODULES = 'Nothing is loaded into a kernel here: vethd is one program, and its parts are always there.';

export const STATEMENTS: readonly Statement[] = [
  ...of('NA-', {
    1: 'an alias is a device of its own, not only a label of an address',
    2: 'a generic engine, and a type for each address family, which registers and unregisters',
    3: 'an alias is found by its address through a hash',
    4: 'a limit that is set at run time, and counters for aliases',
    5: ['a type is linked in, or a module that is loaded on demand', MODULES],
    6: 'whether aliases are there to be used shows in files that can be read',
    10: 'naming eth0:0 with an address creates it, then configures it',
    11: 'a name: main device, the first colon, a decimal slot, and at most one minus',
    12: 'slots count from 0 and are less than the limit',
    13: 'refused: a family without a type, a main device that is down, an alias of an alias',
    14: 'an alias takes type, addresses of hardware, MTU from its main device, and begins down',
    15: 'routes: of a host in the network of the main device, of a new network through the alias',
    16: 'configured and named as any device, with a life of its own between up and down',
    17: 'another address is another place in the hash, perhaps another family',
    20: 'a minus at the end of the name deletes, whatever address follows',
    21: 'closed before it is freed, so that routes and neighbours go with it',
    22: 'one that does not exist cannot be deleted',
    23: [
      'later kernels: labels only, deleted by setting them down, any text after the colon',
      'That is the successor of the seed, which is followed here in its own grammar: slots are numbers.',
    ],
    30: 'closing the main device closes and frees all its aliases',
    31: 'order: a new alias comes behind those that its main device has, by creation and not by slot',
    32: 'a main device that goes takes its aliases with it',
    33: 'a type cannot be unregistered while it has aliases',
    40: 'the file alias_types: number of the family, name, number of aliases, in columns of 7, 15 and 7',
    41: 'the file aliases: records of 64 octets with device, family, address',
    42: 'changes of the configuration are logged, those of the limit in words',
    50: 'the limit: 256, can be read and written, and sizes the hash',
    51: 'limit 0: none can be created, those that are there stay',
    52: 'the limit in force at the first alias of a device is remembered for that device',
    53: 'when the last alias has gone, the next first one takes the limit of its time',
    60: 'TX counts what goes from the alias to the real device, RX what is for its address',
    61: 'TX of an alias in the network of the main device stays at 0: its route goes through the main device',
    62: 'RX: to the main address, to the main device; to an alias that is up, to it; else the closest route to the source',
    63: [
      'sending on an alias at the level of the driver is a fault: warn and drop',
      'An alias is a labelled address of the kernel, and has no driver on which anybody could send.',
    ],
    64: [
      'ifconfig did not take colons in names and came with a patch',
      'Every ifconfig and ip of today takes labels with a colon.',
    ],
  }),
  ...of('IA-', {
    1: 'aliases of IPv4 addresses',
    2: 'two purposes: several roles on one server, and one port in two subnets',
    3: ['first find the interface and its address', 'A step of the user: ip address, or vethcfg show.'],
    4: 'an alias is added by naming it with an address',
    5: 'without a mask the one of the class is taken',
    6: 'the alias shows the hardware address, flags and MTU of its interface',
    7: 'a label has no counters of its own',
    8: 'the route to its network comes by itself, and names the real interface',
    9: [
      'firewalls bound to the real interface go on, others need the new range',
      'Nothing for a program to do: the rules of a host are untouched, and address and interface are what they match.',
    ],
    10: 'changes last when they are in a file: /etc/network/interfaces',
    11: 'NA-1 and IA-7 contradict each other: every alias here has counters, and says what kind it is',
  }),
  ...of('VE-', {
    1: 'two drivers: veth (802.3ad), and lr, a link redundancy of its own protocol, of which nothing survives',
    2: 'members may be physical or virtual',
    3: 'distribution by ports of TCP and UDP',
    4: 'frames of a member reach nobody but the aggregator',
    5: 'medium, duplex and link state are reported; a member that goes is released cleanly',
    6: [
      'the author and a critic on redundancy, aggregation and connection tracking',
      'An argument, not a behaviour: conversations are told apart by hash, and moved by load (docs/distribution.md).',
    ],
    10: 'several virtual interfaces, each with one or more members',
    11: 'at most 8 interfaces by default, with at most as many members each',
    12: 'vethcfg add MEMBER INTERFACE, any number of times; vethcfg del',
    13: ['insmod, modules.conf, rmmod', MODULES],
    14: 'the interface is configured with addresses as any other',
    15: 'the other side must aggregate; the key does the rest',
    16: 'traffic flows as soon as one member is in DIST',
    17: ['kernel patch, make, make install', MODULES],
    20: 'letters of the state bits, bit 0 first',
    21: 'words of the machines in the status table',
    22: 'the independent-control mux machine',
    30: 'why agg_wc: drivers do not report speed, duplex and link in a way that can be used',
    31: 'agg_wc=1, the default: unknown speed, duplex and link are admitted',
    32: [
      'the plan: default 0 as soon as drivers report',
      'Not followed: virtio, TAP and pairs of virtual links report nothing to this day.',
    ],
    33: 'agg_wc=0: unknown keeps a port out, different speeds have different keys',
  }),
  ...of('IV-', {
    1: 'slaves told apart by IP address, one MAC address on the wire for all of them',
    2: 'made together with network namespaces',
    3: ['CONFIG_IPVLAN, no parameters, configured by iproute2', `${MODULES} The command is iproute2's.`],
    4: 'link add link MASTER NAME type ipvlan mode l2|L3; the seed once swaps master and slave',
    5: 'one mode for all slaves of a master',
    6: 'l2: the stack of the slave does it all; multicast and broadcast both ways',
    7: 'l3: the stack of the master routes; no multicast or broadcast either way',
    8: 'l3 is stricter, as routing is decided on the side of the master',
    9: 'for switch ports that take one MAC address, cards with few filters, and hostile namespaces',
    10: 'the worked example: two namespaces, two slaves, addresses, default routes',
    11: 'later: mode l3s, default l3, and bridge, private, vepa',
  }),
  ...of('NB-', {
    1: 'a layer between drivers and the Ethernet code: a virtual interface with several physical ones',
    2: 'it speaks Fast EtherChannel, or is the routable interface of a bridge',
    3: ['names considered: ve0, eth0, bvi0, fec0, gec0', 'Any name of an interface will do, ve0 as well as veth0.'],
    4: 'fec: attach four, -mode fec, give an address',
    5: 'bridge: attach three, -mode bridge, give an address; a fourth stays routed and reaches the bridge',
    6: 'alias: attach exactly one, no mode',
    7: 'the virtual interface is a normal one for addresses and routes',
    8: 'attach, detach and attach again at run time',
    9: ['what came of it: agr, lagg, trunk, veb', 'History: what they do that is wanted here has rows of its own.'],
    10: 'fec is a static group without negotiation, bridge learns and has a local port, alias has one member',
  }),
  ...of('R', {
    1: 'net_alias devices',
    2: 'IP aliases that last',
    3: '802.3ad: three members in DIST, the status table in the columns of the seed',
    4: 'agg_wc: speed, duplex and link, known and unknown',
    5: 'add and del at run time while traffic flows',
    6: 'layering: members that are virtual, loops refused',
    7: 'ipvlan: l2, l3, l3s, private, vepa',
    8: 'mode fec, attach and detach while it runs',
    9: 'mode bridge: learning, ageing, flooding, local port, loop guard',
    10: 'mode alias: one member, no protocol',
    11: 'interception: frames of a member reach only the aggregator',
    12: 'lr: active-backup in its place',
  }),
];
