/** The commands, in one table: parser, help and completion are made from it. */

/** What a word of the command line may be, for completion. */
export type WordKind =
  | 'port'
  | 'veth'
  | 'daemon'
  | 'options'
  | 'command'
  | 'shell'
  | 'file'
  | 'protocol'
  | 'schema'
  | 'any';

/** `short`: another spelling, of one letter. */
export interface Flag {
  readonly flag: string;
  readonly short?: string;
  readonly help: string;
  readonly value?: string;
}

export interface CommandSpec {
  readonly name: string;
  /** As in `vethcfg add SYNTAX`. */
  readonly syntax: string;
  /** One sentence without full stop. */
  readonly summary: string;
  /** For the parser (commander's notation) and for completion. */
  readonly words: readonly { readonly notation: string; readonly help: string; readonly kinds: readonly WordKind[] }[];
  /** Options of the command itself. */
  readonly flags?: readonly Flag[];
  /** Options that its help lists. */
  readonly lists?: 'add' | 'set';
  /** More text for its help. */
  readonly details?: readonly string[];
  readonly examples: readonly string[];
}

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

const OPTION_WORDS = 'what to set, see below';

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'add',
    syntax: 'PORT VETH [OPTION=VALUE ...]',
    summary: 'add a port to an interface; the interface is made when it does not exist',
    words: [
      { notation: '<PORT>', help: 'an Ethernet interface of the host', kinds: ['port'] },
      { notation: '<VETH>', help: 'the interface that aggregates', kinds: ['veth'] },
      { notation: '[OPTION=VALUE...]', help: OPTION_WORDS, kinds: ['options'] },
    ],
    lists: 'add',
    examples: ['vethcfg add eth0 veth0', 'vethcfg add eth1 veth0 rate=fast speed=1G'],
  },
  {
    name: 'del',
    syntax: '[PORT] VETH',
    summary: 'remove a port from an interface; without a port, remove the interface',
    words: [
      { notation: '<NAME>', help: 'the port, or the interface when it stands alone', kinds: ['port', 'veth'] },
      { notation: '[VETH]', help: 'the interface of the port', kinds: ['veth'] },
    ],
    examples: ['vethcfg del eth1 veth0', 'vethcfg del veth0'],
  },
  {
    name: 'set',
    syntax: 'VETH|PORT|vethd OPTION=VALUE ...',
    summary: 'change an interface, a port or vethd while it runs',
    words: [
      {
        notation: '<NAME>',
        help: 'an interface made by add, one of its ports, or the word vethd',
        kinds: ['veth', 'port', 'daemon'],
      },
      { notation: '<OPTION=VALUE...>', help: OPTION_WORDS, kinds: ['options'] },
    ],
    lists: 'set',
    examples: [
      'vethcfg set veth0 rate=fast min-links=2',
      'vethcfg set eth1 port-priority=100',
      'vethcfg set vethd datapath=user',
    ],
  },
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
  {
    name: 'apply',
    syntax: '[--dry-run] FILE',
    summary: 'make everything as a configuration file says, or change nothing; print what differed',
    words: [{ notation: '<FILE>', help: 'the file, see vethd.yaml(5); - is standard input', kinds: ['file'] }],
    flags: [{ flag: '--dry-run', help: 'only print what would be changed' }],
    details: [
      'The file says all: interfaces and ports that it does not name are removed, options that it does not name get',
      'their defaults. What stays is not touched. If a step fails, those before it are undone.',
      'A port that is not there is no failure: it is added when it appears.',
    ],
    examples: ['vethcfg apply --dry-run /etc/veth/vethd.yaml', 'vethcfg apply /etc/veth/vethd.yaml'],
  },
  {
    name: 'save',
    syntax: '[FILE]',
    summary: 'write the configuration in force to a file that apply takes',
    words: [{ notation: '[FILE]', help: 'default: the file of vethd --config; - is standard output', kinds: ['file'] }],
    details: ['A file that is replaced is kept with ~ after its name: its comments are not in the new one.'],
    examples: ['vethcfg save', 'vethcfg save -'],
  },
  {
    name: 'conform',
    syntax: '[--group LIST] [--control PROGRAM] PORT ...',
    summary: 'test whether the device at the far end of ports speaks LACP as the standard says',
    words: [{ notation: '<PORT...>', help: 'links to one group of the device, up, with LACP there', kinds: ['port'] }],
    flags: [
      { flag: '--group', value: 'LIST', help: 'only these groups or cases: F,V or R-04,X-13' },
      { flag: '--control', value: 'PROGRAM', help: 'a program that changes the device for cases that need it' },
    ],
    details: [
      'Sends LACPDUs of a made-up partner and judges by the frames that come back. The links carry no traffic meanwhile,',
      'and vethd must not use them here. Two links to a group of the device make more cases possible than one.',
      'Groups: F format, V rejection, R receive, M match, S selected, N need to transmit, P periodic, X mux,',
      'L selection, K marker, H removal, E version 2; B C G Q are in the plan but do not show on the wire.',
      'PROGRAM is called with: set lacp=WORD | rate=WORD | mux=WORD | max-links=NUMBER, priority LINK NUMBER,',
      'link LINK up|down, remove LINK, add LINK; LINK counts from 1. An exit code other than 0: the device cannot.',
      'Exit code 1 also when the device failed a case.',
    ],
    examples: ['vethcfg conform eth0 eth1', 'vethcfg --json conform --group F,V eth0 > report.json'],
  },
  {
    name: 'replay',
    syntax: '[--port NUMBER] [--side SYSTEM] [--html REPORT] FILE ...',
    summary: 'run the machines of LACP over captured links, and say what is wrong there',
    words: [{ notation: '<FILE...>', help: 'pcap or pcapng; - is standard input', kinds: ['file'] }],
    flags: [
      { flag: '--port', value: 'NUMBER', help: 'only ends with this port number' },
      { flag: '--side', value: 'SYSTEM', help: 'only ends of the system with this address' },
      { flag: '--html', value: 'REPORT', help: 'also write a report with drawings to this file, to open in a browser' },
    ],
    details: [
      'Needs no vethd. Ends are called by a letter for their system and their port number, A/1. "says": what an end',
      'announces, in the letters of vethcfg status. Lines with a machine: what an obedient device in the place of that',
      'end makes of what the other side says. "!": what the standard asks otherwise, with its clause; the first time',
      'of each kind, all are counted at the end. Machines begin with the capture, not in the state of the device.',
      'Several captures are taken to have one clock; a frame that is in two of them counts once.',
      'A damaged capture is used up to the damage, whose place is told.',
    ],
    examples: [
      'vethcfg replay link.pcapng',
      'vethcfg replay --html report.html a.pcap b.pcap',
      'tcpdump -i eth0 -w - ether proto 0x8809 | vethcfg --json replay -',
    ],
  },
  {
    name: 'simulate',
    syntax: '[--seed NUMBER] [--system NAME] [--port NAME] [--since TIME] [--quiet] FILE ...',
    summary: 'play what a file says with several systems in virtual time, and tell whether it came as expected',
    words: [{ notation: '<FILE...>', help: 'scenarios, see docs/simulate.md; - is standard input', kinds: ['file'] }],
    flags: [
      { flag: '--seed', value: 'NUMBER', help: 'decides which frames are lost (default: that of the file, or 1)' },
      { flag: '--system', value: 'NAME', help: 'only the journal of this system' },
      { flag: '--port', value: 'NAME', help: 'only that of this port or interface' },
      { flag: '--since', value: 'TIME', help: 'not older: 10s, 200ms, 2m from the start' },
      { flag: '--quiet', help: 'no journal' },
    ],
    details: [
      'Needs no vethd. Prints the journals of all systems, a line with seconds from the start, system, interface, port and',
      'what happened, as vethcfg events does; then the status of each system, why ports are not in use, and each',
      'expectation with its line. The same file and seed give the same output.',
      'A file with a mistake is refused with line and column: exit code 1. Exit code 6: something was not as expected.',
    ],
    examples: ['vethcfg simulate --quiet examples/simulate/*.yaml', 'vethcfg --json simulate - < scenario.yaml'],
  },
  {
    name: 'schema',
    syntax: '[simulate|openconfig]',
    summary: 'print the JSON Schema of configuration files, of scenarios, or of show --openconfig',
    words: [
      { notation: '[KIND]', help: 'simulate: of scenarios; openconfig: of show --openconfig', kinds: ['schema'] },
    ],
    examples: ['vethcfg schema > vethd.schema.json', 'vethcfg schema simulate', 'vethcfg schema openconfig'],
  },
  {
    name: 'restart',
    syntax: '',
    summary: 'put the installed vethd in the place of the running one, which keeps its process and loses no frame',
    words: [],
    details: [
      'Returns when the new one takes commands. If it would not start, nothing is changed and the message says why.',
      'If it ends all the same, what it knew is kept in the run directory: start vethd again.',
    ],
    examples: ['vethcfg restart', 'vethcfg --json restart'],
  },
  {
    name: 'help',
    syntax: '[COMMAND]',
    summary: 'print this help, or that of a command with all its options',
    words: [{ notation: '[COMMAND]', help: 'a command', kinds: ['command'] }],
    examples: ['vethcfg help set'],
  },
  {
    name: 'version',
    syntax: '',
    summary: 'print the versions of vethcfg and of the vethd that runs',
    words: [],
    examples: ['vethcfg version'],
  },
  {
    name: 'completion',
    syntax: 'bash|zsh',
    summary: 'print a completion script for a shell',
    words: [{ notation: '<SHELL>', help: 'bash or zsh', kinds: ['shell'] }],
    examples: ['source <(vethcfg completion bash)'],
  },
];
