/** vethd(8), from the command line that the daemon reads. */
import { Help } from 'commander';
import { DEFAULT_FILE } from '../../src/daemon/config/boot.js';
import { DEFAULT_RUN_DIR, VERSION } from '../../src/daemon/messages.js';
import { VETHD_NOTES, vethdCommand } from '../../src/daemon/vethd-command.js';
import { Page } from './roff.js';

export function vethdPage(): string {
  const command = vethdCommand({});
  const help = new Help();
  const page = new Page('vethd', 8, VERSION, 'link aggregation daemon (IEEE 802.3ad, 802.1AX LACP)');
  page.section('SYNOPSIS').synopsis('vethd', '[OPTION ...]');
  page.section('DESCRIPTION').paragraph(command.description());
  for (const note of VETHD_NOTES) page.paragraph(note);
  page.paragraph(
    'One vethd serves one network namespace and one run directory. After a crash or SIGKILL a vethd that is started ' +
      'on the same run directory takes over where the last one was.',
  );
  page.section('OPTIONS');
  for (const option of help.visibleOptions(command)) {
    const [, flags = '', value = ''] = /^(\S+(?:, \S+)*?)( <.*)?$/.exec(help.optionTerm(option)) ?? [];
    page.entry(flags, value, help.optionDescription(option));
  }
  page.section('ENVIRONMENT').entry('VETH_RUN_DIR', '', 'run directory, where --run-dir does not name one');
  page.section('FILES').entry(DEFAULT_FILE, '', 'what to make at start, see vethd.yaml(5)');
  page.entry(
    DEFAULT_RUN_DIR,
    '',
    'run directory: control socket, status table, and the state that a start goes on from',
  );
  page.section('SEE ALSO').paragraph('vethcfg(8), vethd.yaml(5)');
  return page.toString();
}
