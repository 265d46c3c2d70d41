/** What needs LACP, but no vethd. */
import type { CommandSpec } from './spec.js';

export const PROTOCOL_COMMANDS: readonly CommandSpec[] = [
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
];
