/** `vethcfg show --effective` as text: a line an option, with value and origin. */
import type { EffectiveInterface, EffectiveOption, EffectiveResult } from '../src/daemon/messages.js';
import { style } from './style.js';

export function effectiveView({ interfaces }: EffectiveResult, coloured = false): string {
  if (interfaces.length === 0) return 'no interfaces; make one with: vethcfg add PORT VETH\n';
  const paint = style(coloured);
  const head = (name: string, state: EffectiveInterface['state']) =>
    `${paint.bold(name)}${state === 'waiting' ? `  ${paint.bad('waiting')}` : ''}`;
  return interfaces
    .map(({ name, state, options, ports }) =>
      [
        head(name, state),
        ...options.map((option) => line(2, option)),
        ...ports.flatMap((port) => [`  ${head(port.name, port.state)}`, ...port.options.map((each) => line(4, each))]),
        '',
      ].join('\n'),
    )
    .join('\n');
}

function line(indentation: number, { option, value, configured, origin }: EffectiveOption): string {
  const { kind, file, line: number } = origin;
  const from = kind === 'file' ? `${file}:${number}` : kind;
  const said = configured === undefined || kind === 'auto' || kind === 'kernel' ? from : `${configured}, ${from}`;
  return `${' '.repeat(indentation)}${option.padEnd(20 - indentation)} ${value.padEnd(20)} ${said}`;
}
