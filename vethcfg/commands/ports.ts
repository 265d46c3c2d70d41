/** What makes and changes interfaces and their ports. */
import { OPTIONS } from '../../src/daemon/options.js';
import type { CommandSpec } from './spec.js';

const MODES = OPTIONS.find(({ name }) => name === 'mode')?.aggregator?.examples ?? [];

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
  {
    name: 'ifconfig',
    syntax: 'VETH -attach PORT | -detach PORT | -mode MODE ...',
    summary: 'attach ports to an interface, detach them, choose its mode; the word ifconfig may be left out',
    words: [
      { notation: '<VETH>', help: 'the interface; made by the first -attach', kinds: ['veth'] },
      { notation: '<WORD...>', help: 'what to do, in this order, see below', kinds: ['port'] },
    ],
    dashed: [
      { word: '-attach', value: 'PORT', help: 'as add' },
      { word: '-detach', value: 'PORT', help: 'as del' },
      { word: '-mode', value: 'MODE', help: `as set mode=MODE: ${MODES.join(', ')}` },
    ],
    details: [
      'The spelling of a proposal of 1999 for a virtual Ethernet driver. Without -mode the interface is made with mode=auto:',
      'an alias of its one port, and with more ports mode=lacp. What was done before a word that is refused stays done.',
    ],
    examples: [
      'vethcfg ve0 -attach eth0',
      'vethcfg ve0 -attach eth0 -attach eth1 -mode fec',
      'vethcfg ve0 -detach eth1',
    ],
  },
];
