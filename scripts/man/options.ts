/** The option table of vethd as a part of a manual page. */
import { DATAPATH_OPTION } from '../../src/daemon/daemon-options.js';
import { OPTIONS } from '../../src/daemon/options.js';
import { VALUE_NOTES } from '../../vethcfg/option-help.js';
import type { Page } from './roff.js';

/** `sign`: between name and value, as it is written where the page is about. */
export function describeOptions(page: Page, sign: '=' | ': '): void {
  for (const [title, side] of [
    ['INTERFACE OPTIONS', 'aggregator'],
    ['PORT OPTIONS', 'port'],
  ] as const) {
    page.section(title);
    for (const option of OPTIONS) {
      const { syntax, fallback } = option[side] ?? {};
      if (syntax !== undefined) page.entry(option.name, `${sign}${syntax}`, `${option.help} (default: ${fallback})`);
    }
  }
  const { name, help, kind, fallback } = DATAPATH_OPTION;
  page.section('OPTIONS OF VETHD');
  page.entry(name, `${sign}${kind.syntax}`, `${help} (default: ${fallback})`);
  page.section('VALUES');
  for (const note of VALUE_NOTES) page.paragraph(note);
}
