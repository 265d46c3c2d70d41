/** What shows how it is. */
import type { CommandSpec } from './spec.js';

/** Words and letters of the table (src/daemon/status-table.ts); only those of a port in use are attested by veth-0.4.0. */
const STATUS_LEGEND = [
  'S               S selected, U unselected, B standing by',
  'A_KEY, P_KEY    operational key of actor and partner, hexadecimal',
  'PARTNER_SYS     system of the partner, zeros when none was heard',
  'MUX             DETACH WAIT ATTACH COLL DIST, COLDIS with mux=coupled',
  'RECV            INIT P_DISA (port disabled) L_DISA (LACP disabled) EXPIRD DEFLTD CURRNT',
  'PERIO           NO_P FAST_P SLOW_P P_TX',
  'A_STAT, P_STAT  state of actor and partner, bit 0 first, _ when clear: L active, T short timeout,',
  '                A aggregatable, S in sync, C collecting, D distributing, F defaulted, E expired',
  'The interface carries traffic as soon as one of its ports is in DIST (or COLDIS).',
];

export const LOOK_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'status',
    syntax: '[VETH]',
    summary: 'print the status table, a line a port',
    words: [{ notation: '[VETH]', help: 'this interface only', kinds: ['veth'] }],
    details: STATUS_LEGEND,
    examples: ['vethcfg status', 'vethcfg status veth0'],
  },
  {
    name: 'show',
    syntax: '[VETH|PORT|vethd]',
    summary: 'print everything known of interfaces and ports, in words',
    words: [
      { notation: '[NAME]', help: 'this interface or port only, or vethd itself', kinds: ['veth', 'port', 'daemon'] },
    ],
    flags: [
      { flag: '--effective', help: 'print every option in force with its origin instead' },
      { flag: '--addresses', help: 'with mode=bridge: print the addresses that the bridge has learned as well' },
      { flag: '--openconfig', help: 'print the state of LACP as a document by the names of openconfig-lacp instead' },
    ],
    details: [
      'Origins of --effective: default, auto (worked out), kernel (reported, or changed by another tool),',
      'command (vethcfg add or set), FILE:LINE of a configuration file, or vethd --datapath (its command line).',
      'With --json the tree of --openconfig is the member openconfig-lacp:lacp of the document.',
    ],
    examples: [
      'vethcfg show',
      'vethcfg show eth0',
      'vethcfg --json show veth0',
      'vethcfg show --effective veth0',
      'vethcfg show --addresses veth0',
      'vethcfg show --openconfig',
    ],
  },
  {
    name: 'why',
    syntax: '[VETH|PORT]',
    summary: 'tell why a port is not in use, what differs, and what to change on which side',
    words: [{ notation: '[NAME]', help: 'this interface or port only', kinds: ['veth', 'port'] }],
    details: [
      'For each port: whether it is in use, then each cause by its name, in words, with the machine that waits or decided,',
      'since when, the field that differs with both values, and the likely repair: here, at the far end, or between.',
      'Causes that only follow from another one are left out.',
    ],
    examples: ['vethcfg why', 'vethcfg why eth0', 'vethcfg --json why veth0'],
  },
  {
    name: 'events',
    syntax: '[--follow] [--port NAME] [--since TIME]',
    summary: 'print the journal: what came to each port, what its machines did about it, and why',
    words: [],
    flags: [
      { flag: '--follow', help: 'go on with what happens, until Ctrl-C' },
      { flag: '--port', value: 'NAME', help: 'of this port or interface only' },
      { flag: '--since', value: 'TIME', help: 'not older: 90s, 10m, 2h, 1d, or 2026-01-31T12:00:00' },
    ],
    details: [
      'One event a line: time, interface, port; then < for a frame received, > for one sent, or what else happened,',
      'for example mux: WAITING (Ready = TRUE) -> ATTACHED. What repeats is counted: again 57 times.',
      'With --json one document a line, which is also what vethd --journal FILE writes. vethd keeps the newest',
      'thousands of events; what a reader misses is counted on standard error.',
    ],
    examples: [
      'vethcfg events --since 10m',
      'vethcfg events --follow --port eth0',
      'vethcfg --json events | jq .event',
    ],
  },
  {
    name: 'top',
    syntax: '[--interval SECONDS] [--batch] [--count N] [VETH]',
    summary: 'watch ports live: states, rates, shares, verdicts and the last events',
    words: [{ notation: '[VETH]', help: 'this interface only', kinds: ['veth'] }],
    flags: [
      { flag: '--interval', short: '-d', value: 'SECONDS', help: 'time between two looks, 0.1 or more (default: 1)' },
      { flag: '--batch', short: '-b', help: 'print frame after frame as text, also on a terminal' },
      { flag: '--count', short: '-n', value: 'N', help: 'end after so many frames' },
    ],
    details: [
      'Keys: arrows or Tab choose a port and show all about it, p pauses, h explains, q quits.',
      'Rates are those of the data path, in bits a second of the octets of frames. A vethd that is restarted is found',
      'again. Without a terminal, frames are printed as with --batch, each an interval after the one before; COLUMNS',
      'says how wide (default: 120). With --json each frame is a document on a line.',
    ],
    examples: ['vethcfg top', 'vethcfg top -b -n 1 veth0', 'vethcfg --json top -d 10 | jq .interfaces[].out.bits'],
  },
  {
    name: 'metrics',
    syntax: '',
    summary: 'print all counters and states in the text format of Prometheus',
    words: [],
    details: [
      'The same as /metrics of vethd --http, for the textfile collector of node_exporter. Names are those of the',
      'IEEE8023-LAG-MIB, or begin with vethd_. With --json the same as a document.',
    ],
    examples: ['vethcfg metrics > veth.prom.new && mv veth.prom.new veth.prom'],
  },
  {
    name: 'flow',
    syntax: 'VETH SRC DST [PROTOCOL [SPORT DPORT]]',
    summary: 'print by which port frames of a flow leave',
    words: [
      { notation: '<VETH>', help: 'an interface made by add', kinds: ['veth'] },
      { notation: '<SRC>', help: 'where frames come from: an IPv4, IPv6 or MAC address', kinds: ['any'] },
      { notation: '<DST>', help: 'where they go to, an address of the same kind', kinds: ['any'] },
      {
        notation: '[PROTOCOL]',
        help: 'tcp, udp, ..., or a number; after MAC addresses an EtherType',
        kinds: ['protocol'],
      },
      { notation: '[SPORT]', help: 'source port of TCP, UDP, SCTP, DCCP, UDP-Lite', kinds: ['any'] },
      { notation: '[DPORT]', help: 'destination port', kinds: ['any'] },
    ],
    flags: [
      { flag: '--vlan', value: 'ID', help: 'VLAN tag of the frames; several with commas, the outermost first' },
      { flag: '--src-mac', value: 'MAC', help: 'source MAC address (default: that of VETH)' },
      {
        flag: '--dst-mac',
        value: 'MAC',
        help: 'destination MAC address (default: by route and neighbour of the host)',
      },
      { flag: '--flow-label', value: 'LABEL', help: 'flow label of IPv6, 0 to 0xfffff (with hash-flow-label=1)' },
      {
        flag: '--inner',
        value: 'PACKET',
        help: "what is in the tunnel (with hash=encap...): 'SRC DST [PROTOCOL [SPORT DPORT]]'; several with commas",
      },
    ],
    details: [
      'Tunnels are gre, ipip (IPv4 inside), ipv6 (IPv6 inside), and VXLAN: udp SPORT 4789.',
      'What was not said, matters to the hash, and was looked up or assumed, is printed as well. Frames are taken to be',
      'whole: fragments go by their addresses and protocol alone. The other direction is the choice of the partner.',
    ],
    examples: [
      'vethcfg flow veth0 192.0.2.1 192.0.2.9 tcp 40000 443',
      'vethcfg flow veth0 02:00:00:00:00:01 02:00:00:00:00:02 arp',
      'vethcfg --json flow --vlan 10 veth0 2001:db8::1 2001:db8::2 udp 53 5353',
      "vethcfg flow --inner '10.0.0.1 10.0.0.2 tcp 40000 443' veth0 192.0.2.1 192.0.2.9 udp 55555 4789",
    ],
  },
];
