/** Aliases as text: a line each for `vethcfg alias`, all that is known for `vethcfg show`. */
import type { ShownAlias } from '../src/daemon/messages.js';
import type { Style } from './style.js';

const HEAD = ['ALIAS', 'STATE', 'ADDRESS', 'RECEIVED', 'SENT', 'WITH ADDRESS'];

/** The list with its final newline. */
export function aliasList(aliases: readonly ShownAlias[]): string {
  if (aliases.length === 0) return 'no aliases; make one with: vethcfg alias eth0:0 ADDRESS\n';
  const rows = aliases.map(({ name, state, address, counters }) => {
    const { received, sent, sentWithAddress } = counters ?? {};
    return [name, state, address, ...[received, sent, sentWithAddress].map((amount) => String(amount?.packets ?? '-'))];
  });
  const widths = HEAD.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = [HEAD, ...rows].map((row) =>
    row
      .map((text, column) => (column < 3 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const notes = aliases.flatMap(({ name, why }) => (why === undefined ? [] : [`${name} waits: ${why}`]));
  return `${[...lines, ...notes].join('\n')}\n`;
}

/** Everything, one fact a line. */
export function aliasView(alias: ShownAlias, paint: Style): string[] {
  const { name, main, state, address, broadcast, why, ifindex, mac, mtu, limit } = alias;
  const use = state === 'up' ? paint.good('up') : paint.bad(why === undefined ? state : `waiting: ${why}`);
  return [
    `${paint.bold(name)}  alias of ${main}, ${use}`,
    field('address', `${address}${broadcast === undefined ? '' : `, broadcast ${broadcast}`}, ${labelOf(alias)}`),
    ...(ifindex === undefined ? [] : [field('interface', `that of ${main}: index ${ifindex}, MAC ${mac}, MTU ${mtu}`)]),
    ...(limit === undefined ? [] : [field('slots', `0 to ${limit - 1}, as ${main} got its first alias`)]),
    ...counterLines(alias),
  ];
}

const labelOf = ({ type, name }: ShownAlias) =>
  type === 'ip' ? `label ${name} in the kernel` : 'without a label in the kernel: IPv6 has none';

function counterLines({ main, counters, counted, ownRoute, kind }: ShownAlias): string[] {
  if (kind === undefined) return [];
  if (counters === undefined) {
    return [field('kind', `a label without counters: nothing can be counted here (${counted?.reason})`)];
  }
  const { received, sent, sentWithAddress } = counters;
  const route = ownRoute === true ? '' : `: its network is part of that of ${main}, by whose route packets go`;
  const missed =
    counted === undefined || counted.missed === 0 ? '' : `, ${counted.missed} packets of ${main} not looked at`;
  const reason = counted?.reason === undefined ? '' : ` (${counted.reason})`;
  const where = counted?.by === 'kernel' ? 'in the kernel' : 'in user space';
  return [
    field('kind', `a device with counters of its own, counted ${where}${reason}${missed}`),
    field('received', amount(received)),
    field('sent', `${amount(sent)} by the route of the alias${route}`),
    field('', `${amount(sentWithAddress)} with its address as source, by any route`),
  ];
}

const amount = ({ packets, octets }: { packets: number; octets: number }) => `${packets} packets ${octets} octets`;
const field = (label: string, text: string) => `  ${label.padEnd(10)} ${text}`;
