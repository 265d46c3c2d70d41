/** `vethcfg show --effective` as text: a line an option, with value and origin. `asked`: of what; undefined: of all. */

import { DAEMON_NAME } from '../src/daemon/daemon-options.js';
import type { EffectiveInterface, EffectiveOption, EffectiveResult } from '../src/daemon/messages.js';
import { style } from './style.js';

export function effectiveView({ vethd, interfaces }: EffectiveResult, coloured = false, asked?: string): string {
  const paint = style(coloured);
  const daemon = vethd === undefined ? [] : [[paint.bold(DAEMON_NAME), ...vethd.options.map((each) => line(2, each))]];
  const top = daemon.map((lines) => [...lines, ''].join('\n'));
  const head = (name: string, state: EffectiveInterface['state']) =>
    `${paint.bold(name)}${state === 'waiting' ? `  ${paint.bad('waiting')}` : ''}`;
  const body = interfaces.map(({ name, state, options, ports }) =>
    [
      head(name, state),
      ...options.map((option) => line(2, option)),
      ...ports.flatMap((port) => [`  ${head(port.name, port.state)}`, ...port.options.map((each) => line(4, each))]),
      '',
    ].join('\n'),
  );
  const none =
    interfaces.length === 0 && asked === undefined ? ['no interfaces; make one with: vethcfg add PORT VETH\n'] : [];
  return [...top, ...body, ...none].join('\n');
}

const STARTED = 'vethd --datapath';

function line(indentation: number, { option, value, configured, origin, reason }: EffectiveOption): string {
  const { kind, file, line: number } = origin;
  const from = kind === 'file' ? `${file}:${number}` : kind === 'start' ? STARTED : kind;
  const said = configured === undefined || kind === 'auto' || kind === 'kernel' ? from : `${configured}, ${from}`;
  return `${' '.repeat(indentation)}${option.padEnd(20 - indentation)} ${value.padEnd(20)} ${said}${reason === undefined ? '' : `; ${reason}`}`;
}
