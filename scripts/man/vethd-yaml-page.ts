/** vethd.yaml(5). */
import { DEFAULT_FILE } from '../../src/daemon/config/boot.js';
import { VERSION } from '../../src/daemon/messages.js';
import { describeOptions } from './options.js';
import { Page } from './roff.js';

/** `example`: text of a file. */
export function vethdYamlPage(example: string): string {
  const page = new Page('vethd.yaml', 5, VERSION, 'configuration file of vethd');
  page.section('SYNOPSIS').paragraph(DEFAULT_FILE);
  page
    .section('DESCRIPTION')
    .paragraph(
      'YAML 1.2. The one key at the top is interfaces: a map from the name of each interface to its options and its ' +
        'ports. Ports are a list of names, or a map from name to options. The options are those of vethcfg(8), written ' +
        'NAME: VALUE; one that is not named has its default. A port belongs to one interface only.',
    )
    .paragraph(
      'Options of vethd itself stand at the top, beside interfaces. vethcfg set vethd and vethcfg apply are stronger than ' +
        'the command line of vethd, also after a crash, and that is stronger than the file.',
    )
    .paragraph(
      'vethd makes everything as the file says when it starts after an orderly end or a reboot. After a crash it goes ' +
        'on with what was in force, commands included. A file with a mistake is refused whole, by vethd at start and by ' +
        'vethcfg apply; each mistake is named with line and column.',
    )
    .paragraph(
      'A port whose link is not there, or cannot be had, is no mistake: it is added as soon as that has changed. An ' +
        'interface is made with its first port.',
    )
    .paragraph(
      'vethcfg apply FILE makes a running vethd as the file says and touches only what differs; with --dry-run it only ' +
        'shows that. vethcfg save writes what is in force. vethcfg show --effective tells of each value where it comes ' +
        'from. vethcfg schema prints a JSON Schema, by which editors complete and check.',
    );
  page.section('EXAMPLE').lines(example.trimEnd().split('\n'));
  describeOptions(page, ': ');
  page.section('SEE ALSO').paragraph('vethd(8), vethcfg(8)');
  return page.toString();
}
