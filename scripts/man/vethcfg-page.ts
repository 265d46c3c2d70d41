/** vethcfg(8), from the tables that its parser and its help are made of. */
import { DEFAULT_RUN_DIR, VERSION } from '../../src/daemon/messages.js';
import { COMMANDS, type CommandSpec } from '../../vethcfg/commands.js';
import { GLOBAL_OPTIONS } from '../../vethcfg/completion.js';
import { EXIT_CODES } from '../../vethcfg/exit.js';
import { describeOptions } from './options.js';
import { Page } from './roff.js';

export function vethcfgPage(): string {
  const page = new Page('vethcfg', 8, VERSION, 'configure and show link aggregation by vethd');
  page.section('SYNOPSIS');
  const own = GLOBAL_OPTIONS.map((option) => `[${option.flag}${'value' in option ? ` ${option.value}` : ''}]`).join(
    ' ',
  );
  page.synopsis('vethcfg', `${own} COMMAND ...`);
  for (const { name, syntax } of COMMANDS) page.synopsis(`vethcfg ${name}`, syntax);
  page
    .section('DESCRIPTION')
    .paragraph(
      'vethcfg tells a running vethd(8) which Ethernet links to join into which interface, changes options while ' +
        'traffic flows, and shows what became of it. An interface exists from its first port on.',
    );
  page.section('OPTIONS');
  for (const option of GLOBAL_OPTIONS) {
    page.entry(option.flag, 'value' in option ? ` ${option.value}` : '', option.help);
  }
  page.section('COMMANDS');
  for (const command of COMMANDS) describeCommand(page, command);
  describeOptions(page, '=');
  page.section('EXIT STATUS');
  for (const [code, meaning] of EXIT_CODES) page.entry(String(code), '', meaning);
  page.section('ENVIRONMENT').entry('VETH_RUN_DIR', '', `run directory of vethd, where --run-dir does not name one`);
  page.entry('NO_COLOR', '', 'when set, no colours on a terminal');
  page.section('FILES').entry(`${DEFAULT_RUN_DIR}/status`, '', 'the status table, as vethcfg status prints it');
  page.entry(`${DEFAULT_RUN_DIR}/control`, '', 'the control socket, one JSON object a line');
  page.section('SEE ALSO').paragraph('vethd(8), vethd.yaml(5), ip-link(8)');
  return page.toString();
}

function describeCommand(
  page: Page,
  { name, syntax, summary, words, flags, dashed, details, examples }: CommandSpec,
): void {
  page.subsection(`${name} ${syntax}`.trim()).paragraph(`${capital(summary)}.`);
  for (const { notation, help } of words) page.entry(notation.replace(/[<>[\]]/g, ''), '', help);
  for (const { flag, short, value, help } of flags ?? []) {
    const also = short === undefined ? '' : `, ${short}`;
    page.entry(flag, value === undefined ? also : ` ${value}${also === '' ? '' : `${also} ${value}`}`, help);
  }
  for (const { word, value, help } of dashed ?? []) page.entry(word, ` ${value}`, help);
  // A table keeps its lines, prose does not.
  if (details?.some((line) => line.includes('  '))) page.lines(details);
  else if (details !== undefined) page.paragraph(details.join(' '));
  page.lines(examples);
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
