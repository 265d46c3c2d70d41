/** `vethcfg why` as text: a paragraph a port. */
import type { ToldPort, ToldVerdict, WhyResult } from '../src/daemon/messages.js';
import { type Style, style } from './style.js';

/** The whole view with its final newline. */
export function whyView({ ports, process }: WhyResult, coloured = false): string {
  const paint = style(coloured);
  const body = ports.length > 0 ? ports.flatMap((port) => portLines(port, paint)) : ['no ports'];
  return `${[...process.map((text) => `vethd: ${text}`), ...body].join('\n')}\n`;
}

function portLines({ veth, port, inUse, receive, mux, verdicts }: ToldPort, paint: Style): string[] {
  const state = inUse ? paint.good('in use') : paint.bad('not in use');
  const head = `${paint.bold(`${veth} ${port}`)}: ${state} (Receive ${receive}, Mux ${mux})`;
  return [verdicts.length === 0 && inUse ? `${head}, nothing to mend` : head, ...verdicts.flatMap(verdictLines)];
}

/** Lines of one verdict, indented by two. */
export function verdictLines({
  cause,
  text,
  machine,
  clause,
  forSeconds,
  field,
  own,
  other,
  repair,
  side,
}: ToldVerdict): string[] {
  const since = forSeconds === undefined ? '' : `, for ${duration(forSeconds)}`;
  const values = [own === undefined ? [] : `here ${own}`, other === undefined ? [] : `there ${other}`]
    .flat()
    .join(', ');
  return [
    `  ${cause}: ${text}`,
    `    decided by ${machine} (${clause})${since}`,
    ...(field === undefined ? [] : [`    ${field}: ${values}`]),
    `    repair${side === 'none' ? '' : ` (${SIDE_WORDS[side]})`}: ${repair}`,
  ];
}

const SIDE_WORDS = { here: 'here', partner: 'at the far end', link: 'between' } as const;

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}
