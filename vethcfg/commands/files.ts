/** What reads and writes configuration files. */
import type { CommandSpec } from './spec.js';

export const FILE_COMMANDS: readonly CommandSpec[] = [
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
    name: 'schema',
    syntax: '[simulate|openconfig]',
    summary: 'print the JSON Schema of configuration files, of scenarios, or of show --openconfig',
    words: [
      { notation: '[KIND]', help: 'simulate: of scenarios; openconfig: of show --openconfig', kinds: ['schema'] },
    ],
    examples: ['vethcfg schema > vethd.schema.json', 'vethcfg schema simulate', 'vethcfg schema openconfig'],
  },
];
