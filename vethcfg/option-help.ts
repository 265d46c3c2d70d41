/** The options as text for `vethcfg help add` and `vethcfg help set`. */
import { DAEMON_OPTIONS } from '../src/daemon/daemon-options.js';
import { OPTIONS, type Option, type OptionSide } from '../src/daemon/options.js';

/** Text width of help on a plain terminal. */
const WIDTH = 100;
const INDENT = 6;

/** How values are written. */
export const VALUE_NOTES = [
  'With add, agg_wc and key are meant for the interface. Numbers may be written in hexadecimal with 0x.',
  'MAC is an address such as 02:00:00:00:00:01. SPEED is in Mbit/s, or 100M, 1G, 2.5G, 10G.',
] as const;

/** All options with their values, defaults and meaning, those of the interface first. */
export function optionHelp(): string {
  const ofInterface = OPTIONS.flatMap((option) => entry(option, option.aggregator));
  const ofPort = OPTIONS.flatMap((option) => entry(option, option.port));
  const ofDaemon = DAEMON_OPTIONS.flatMap((option) => entry(option, option));
  return [
    'Options of the interface:',
    ...ofInterface,
    '',
    'Options of a port:',
    ...ofPort,
    '',
    'Options of vethd:',
    ...ofDaemon,
    '',
    ...VALUE_NOTES,
  ].join('\n');
}

function entry(
  { name, help }: Pick<Option, 'name' | 'help'>,
  side: Pick<OptionSide<unknown>, 'syntax' | 'fallback'> | undefined,
): string[] {
  if (side === undefined) return [];
  return [`  ${name}=${side.syntax}  (default ${side.fallback})`, ...wrapped(help)];
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > WIDTH - INDENT && line !== '') {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => ' '.repeat(INDENT) + each);
}
