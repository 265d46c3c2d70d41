/** The option table of vethd as a part of a manual page. */
import { DAEMON_OPTIONS } from '../../src/daemon/daemon-options.js';
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
  page.section('OPTIONS OF VETHD');
  for (const { name, syntax, help, fallback } of DAEMON_OPTIONS) {
    page.entry(name, `${sign}${syntax}`, `${help} (default: ${fallback})`);
  }
  page.section('VALUES');
  for (const note of VALUE_NOTES) page.paragraph(note);
}
