/** What makes and changes interfaces and their ports. */
import type { CommandSpec } from './spec.js';

const OPTION_WORDS = 'what to set, see below';

export const PORT_COMMANDS: readonly CommandSpec[] = [
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
];
