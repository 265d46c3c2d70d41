/** ipvlan slaves as text. */
import type { ShownLink } from '../src/daemon/messages.js';

/** Whether these words after `link` ask for nothing but to see. */
export const isShown = ([verb = 'show']: readonly string[]): boolean => ['show', 'list', 'ls'].includes(verb);

export function linkView(links: readonly ShownLink[]): string {
  return links.map((link) => `${lines(link).join('\n')}\n`).join('\n');
}

function lines(shown: ShownLink): string[] {
  const { name, link, mode, flag, state, netnsid, mac, mtu, addresses, traffic, dropped, datapath, notes } = shown;
  const where = netnsid === undefined ? '' : `, in namespace ${netnsid}`;
  const path = datapath === undefined ? '' : `, forwarded in ${datapath === 'kernel' ? 'the kernel' : 'user space'}`;
  const drops = Object.entries(dropped).filter(([, frames]) => frames > 0);
  const row = (title: string, text: string) => `  ${title.padEnd(10)}${text}`;
  return [
    `${name} on ${link}, ${mode} ${flag}: ${state}${where}${path}`,
    ...(mac === undefined ? [] : [row('address', `${mac}, MTU ${mtu}`)]),
    ...addresses.map(({ address, duplicateOf }) =>
      row('has', `${address}${duplicateOf === undefined ? '' : ` (duplicate of ${duplicateOf})`}`),
    ),
    ...(traffic === undefined
      ? []
      : [
          row('received', `${traffic.rxFrames} frames, ${traffic.rxBytes} octets`),
          row('sent', `${traffic.txFrames} frames, ${traffic.txBytes} octets`),
        ]),
    ...(drops.length === 0 ? [] : [row('dropped', drops.map(([reason, frames]) => `${reason} ${frames}`).join(', '))]),
    ...notes.map((note) => row('note', note)),
  ];
}
