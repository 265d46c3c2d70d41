/** Aliases: further addresses of interfaces. */
import type { CommandSpec } from './spec.js';

export const ALIAS_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'alias',
    syntax: '[NAME[-] [ADDRESS[/LENGTH]|up|down]]',
    summary: 'make, change or delete an alias of an interface by its name; alone: list them',
    words: [
      {
        notation: '[NAME]',
        help: 'main device, colon, slot number: eth0:0; with - behind it: delete',
        kinds: ['port'],
      },
      { notation: '[ADDRESS]', help: 'an IPv4 or IPv6 address, or up, or down', kinds: ['alias'] },
    ],
    details: [
      'A name that is not there yet is made, on any interface that is up; a second call gives it another address.',
      'Without LENGTH an IPv4 address has the mask of its class (192.168.0.1: 24), an IPv6 address stands alone (128).',
      'down takes the address from the host and keeps the alias, up gives it back. A minus behind the name deletes, and',
      'an address behind that says nothing. With its main device an alias is closed; it comes back with it.',
      'Slots are 0 to one below the limit, that of vethcfg set vethd net-alias-max when the device got its first alias.',
      'vethcfg show NAME prints counters. vethcfg save keeps aliases in the configuration file.',
    ],
    examples: [
      'vethcfg alias eth0:0 200.1.1.1',
      'vethcfg alias veth0:0 10.1.0.1/16',
      'vethcfg alias eth0:1 2001:db8::1/64',
      'vethcfg alias eth0:0 down',
      'vethcfg alias eth0:0-',
      'vethcfg --json alias',
    ],
  },
  {
    name: 'import',
    syntax: '[--dry-run] [FILE]',
    summary: 'take over aliases from a file of ifupdown, all or none; print what differed',
    words: [{ notation: '[FILE]', help: 'default: /etc/network/interfaces', kinds: ['file'] }],
    flags: [{ flag: '--dry-run', help: 'only print what would be changed' }],
    details: [
      'Reads iface NAME:SLOT inet|inet6 static with address, netmask and broadcast, also what source and',
      'source-directory name. Interfaces that are no aliases are left to ifupdown. vethcfg save keeps the aliases; then',
      'their stanzas can be taken out of FILE.',
    ],
    examples: ['vethcfg import --dry-run', 'vethcfg import /etc/network/interfaces && vethcfg save'],
  },
];
