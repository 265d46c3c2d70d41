/** What follows `vethcfg link`, in the words of iproute2. */
import { nearest } from '../../nearest.js';
import { Refusal } from '../../refusal.js';
import type { LayerItem } from '../layer.js';
import { LINK_KIND, SLAVE_FLAGS } from './link-kind.js';

export type LinkRequest =
  | { readonly act: 'add'; readonly item: LayerItem }
  | { readonly act: 'set'; readonly name: string; readonly options: Readonly<Record<string, string>> }
  | { readonly act: 'del'; readonly name: string }
  | { readonly act: 'show'; readonly name: string | undefined };

const ACTS: Readonly<Record<string, LinkRequest['act']>> = {
  add: 'add',
  del: 'del',
  delete: 'del',
  set: 'set',
  show: 'show',
  list: 'show',
  ls: 'show',
};
const USAGE = {
  add: 'link add link MASTER NAME type ipvlan [mode l2|l3|l3s] [bridge|private|vepa]',
  set: 'link set NAME [mode l2|l3|l3s] [bridge|private|vepa]',
  del: 'link del NAME',
  show: 'link show [NAME]',
} as const;

interface Said {
  name?: string;
  type?: string;
  readonly options: Record<string, string>;
}

export function parseLinkWords(words: readonly string[]): LinkRequest {
  const [verb = 'show', ...rest] = words;
  const act = ACTS[verb];
  if (act === undefined) {
    const meant = nearest(verb, Object.keys(ACTS));
    const repair = meant === undefined ? 'say link add, del, set or show' : `did you mean link ${meant}?`;
    throw new Refusal({ thing: `link ${verb}`, problem: 'no such command', repair, value: verb });
  }
  const said = read(act, rest);
  const { name, options } = said;
  if (act === 'show') return { act, name };
  if (name === undefined) throw refuse(act, `link ${act}`, 'no NAME');
  if (act === 'del') return { act, name };
  if (act === 'set') {
    if (options.mode === undefined && options.flag === undefined) throw refuse(act, name, 'nothing to set');
    return { act, name, options };
  }
  if (said.type === undefined) throw refuse(act, name, 'no type');
  return { act, item: LINK_KIND.parse(name, options) };
}

function read(act: LinkRequest['act'], words: readonly string[]): Said {
  const said: Said = { options: {} };
  const left = [...words];
  const value = (of: string): string => {
    const word = left.shift();
    if (word === undefined) throw refuse(act, of, 'nothing follows it');
    return word;
  };
  const setName = (name: string): void => {
    if (said.name !== undefined) throw refuse(act, name, `a second name beside ${said.name}`);
    said.name = name;
  };
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const changes = act === 'add' || act === 'set';
    const lower = word.toLowerCase();
    if (word === 'name' || word === 'dev') setName(value(word));
    else if (act === 'add' && word === 'link') said.options.link = value(word);
    else if (changes && word === 'type') said.type = ipvlan(value(word));
    else if (changes && word === 'mode') said.options.mode = value(word);
    else if (changes && SLAVE_FLAGS.some((flag) => flag === lower) && said.name !== undefined)
      said.options.flag = lower;
    else setName(word);
  }
  return said;
}

function ipvlan(type: string): string {
  if (type === 'ipvlan') return type;
  const ip = 'for other types of the kernel there is ip link add';
  throw new Refusal({
    thing: `type ${type}`,
    problem: 'not made by vethd',
    repair: `say type ipvlan; ${ip}`,
    value: type,
  });
}

const refuse = (act: LinkRequest['act'], thing: string, problem: string): Refusal =>
  new Refusal({ thing, problem, repair: `say vethcfg ${USAGE[act]}`, value: thing });
