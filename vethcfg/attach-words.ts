/**
 * `vethcfg ve0 -attach eth0 -attach eth1 -mode fec`: the words of a proposal of 1999 for a virtual Ethernet driver, in
 * which they follow `ifconfig ve0`. Each is an `add`, a `del` or a `set`.
 */
import { WrongChoice } from './conform-errors.js';

/** What is to be asked, in its order. */
export type Step =
  | { readonly command: 'add'; readonly veth: string; readonly port: string; readonly mode: string | undefined }
  | { readonly command: 'del'; readonly veth: string; readonly port: string }
  | { readonly command: 'set'; readonly veth: string; readonly mode: string };

const WORDS = ['-attach', '-detach', '-mode'] as const;
const SAY = 'say -attach PORT, -detach PORT or -mode MODE';

/** These words may stand behind the name of an interface, where a command is expected. */
export const startsAttachWords = (second: string | undefined): boolean => /^-[a-z]{2,}/.test(second ?? '');

/** The steps of `VETH -WORD VALUE ...`. Throws `WrongChoice`. */
export function attachSteps([veth = '', ...words]: readonly string[]): Step[] {
  if (words.length === 0) throw new WrongChoice(`${veth}: nothing to do; ${SAY}`);
  const pairs: [word: (typeof WORDS)[number], value: string][] = [];
  for (let at = 0; at < words.length; at += 2) {
    const [given = '', value] = words.slice(at);
    const word = WORDS.find((candidate) => candidate === given);
    if (word === undefined) throw new WrongChoice(`${given}: no such word; ${SAY}${elsewhere(given)}`);
    if (value === undefined || value.startsWith('-')) throw new WrongChoice(`${word}: of what? ${SAY}`);
    pairs.push([word, value]);
  }
  const modes = pairs.filter(([word]) => word === '-mode');
  if (modes.length > 1) throw new WrongChoice('-mode is given twice; give it once');
  const mode = modes[0]?.[1];
  // An interface that is made for its ports is made in its mode.
  const first = pairs.find(([word]) => word === '-attach');
  return pairs.flatMap((pair): Step[] => {
    const [word, port] = pair;
    if (word === '-attach') return [{ command: 'add', veth, port, mode: pair === first ? mode : undefined }];
    if (word === '-detach') return [{ command: 'del', veth, port }];
    return first === undefined ? [{ command: 'set', veth, mode: port }] : [];
  });
}

/** Words of ifconfig that are not for us. */
const elsewhere = (word: string): string =>
  ['inet', 'inet6', 'up', 'down', 'media', 'mtu'].includes(word) ? '; addresses and the like are set with: ip' : '';
