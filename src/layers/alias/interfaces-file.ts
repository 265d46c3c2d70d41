/**
 * Files of ifupdown, interfaces(5), read for the aliases in them. What is no alias is left to ifupdown. A name may have
 * one stanza, as an alias has one address.
 */
import { AliasError } from './alias-error.js';
import { type AliasItem, readAliasItem } from './alias-item.js';
import { type FileProblem, type LogicalLine, type SourceFiles, sourceLines } from './interfaces-lines.js';

export interface FoundAlias {
  readonly item: AliasItem;
  readonly file: string;
  readonly line: number;
}

export interface FoundAliases {
  readonly aliases: readonly FoundAlias[];
  /** What was left out, with the reason. */
  readonly notes: readonly string[];
  /** If there are any, nothing should be done. */
  readonly problems: readonly FileProblem[];
}

interface Stanza extends LogicalLine {
  readonly name: string;
  readonly family: string;
  readonly method: string;
  readonly options: LogicalLine[];
}

/** Words that end a stanza; also every `allow-...`. */
const TOP = new Set(['auto', 'iface', 'mapping', 'source', 'source-directory', 'no-auto-down', 'no-scripts', 'template', 'rename']); // biome-ignore format: a list

export function readInterfacesFile(file: string, files: SourceFiles): FoundAliases {
  const { lines, problems } = sourceLines(file, files);
  const { stanzas, atStart } = readStanzas(lines);
  const found: FoundAlias[] = [];
  const notes: string[] = [];
  const wrong = [...problems];
  const others = stanzas.filter(({ name }) => !name.includes(':')).map(({ name }) => name);
  if (others.length > 0) notes.push(`left to ifupdown: ${[...new Set(others)].join(', ')}`);
  for (const stanza of stanzas) {
    if (!stanza.name.includes(':')) continue;
    const at = { file: stanza.file, line: stanza.line };
    try {
      const alias = aliasOf(stanza, atStart.has(stanza.name), notes);
      const twin = alias && found.find(({ item }) => item.name === alias.name);
      if (twin !== undefined) {
        const problem = `a second address; the first is in ${twin.file}:${twin.line}`;
        throw new AliasError('EEXIST', stanza.name, problem, 'give it a slot of its own, such as :1');
      }
      if (alias !== undefined) found.push({ item: alias, ...at });
    } catch (error) {
      if (!(error instanceof AliasError)) throw error;
      const { thing, problem, repair } = error;
      wrong.push({ ...at, ...lineOf(stanza, thing), thing, problem, repair });
    }
  }
  for (const [name, at] of atStart) {
    if (!name.includes(':') || stanzas.some((stanza) => stanza.name === name)) continue;
    notes.push(`${at.file}:${at.line}: ${name} is to be brought up, but there is no iface ${name}`);
  }
  return { aliases: found, notes, problems: wrong };
}

function readStanzas(lines: readonly LogicalLine[]) {
  const stanzas: Stanza[] = [];
  /** Names that ifupdown brings up by itself. */
  const atStart = new Map<string, LogicalLine>();
  let current: Stanza | undefined;
  for (const line of lines) {
    const [word = '', ...rest] = line.words;
    if (word === 'auto' || word.startsWith('allow-')) for (const name of rest) atStart.set(name, line);
    if (word === 'iface') {
      const [name = '', family = '', method = ''] = rest;
      current = { ...line, name, family, method, options: [] };
      stanzas.push(current);
    } else if (TOP.has(word) || word.startsWith('allow-')) current = undefined;
    else current?.options.push(line);
  }
  return { stanzas, atStart };
}

/** Undefined: not ours to make; that is noted. Throws `AliasError`. */
function aliasOf(stanza: Stanza, atStart: boolean, notes: string[]): AliasItem | undefined {
  const { name, family, method, options, file, line } = stanza;
  if (!['inet', 'inet6'].includes(family) || method !== 'static') {
    notes.push(`${file}:${line}: ${name} left to ifupdown: ${family} ${method}, only static ones are aliases`);
    return undefined;
  }
  const values = new Map<string, string>();
  for (const option of options) {
    const [key = '', ...rest] = option.words;
    if (['address', 'netmask', 'broadcast'].includes(key)) {
      if (values.has(key)) throw new AliasError('EINVAL', `${name} ${key}`, 'given twice', 'give it once');
      values.set(key, rest.join(' '));
    } else notes.push(`${option.file}:${option.line}: ${name}: ${option.words.join(' ')} is not taken over`);
  }
  const address = values.get('address');
  if (address === undefined) throw new AliasError('EINVAL', name, 'no address', 'add a line: address 192.0.2.1/24');
  const isIpv6 = family === 'inet6';
  if (isIpv6 !== address.includes(':')) {
    const repair = `say iface ${name} ${isIpv6 ? 'inet' : 'inet6'} static`;
    throw new AliasError('EINVAL', `${name} address ${address}`, `not an address of ${family}`, repair);
  }
  // What ifupdown takes without a mask: the class of an IPv4 address, as we do, and 64 for IPv6.
  const mask = address.includes('/') ? undefined : (values.get('netmask') ?? (isIpv6 ? '64' : undefined));
  const whole = mask === undefined ? address : `${address}/${mask}`;
  if (!atStart) notes.push(`${file}:${line}: ${name} is down: no auto or allow-hotplug names it`);
  const state = atStart ? 'up' : 'down';
  const broadcast = values.get('broadcast');
  // `+` is the usual one.
  const told = broadcast === undefined || broadcast === '+' ? {} : { broadcast };
  return readAliasItem(name, { address: whole, state, ...told });
}

/** The option's line, where the trouble names an option. */
function lineOf({ options }: Stanza, thing: string): { readonly file: string; readonly line: number } | object {
  const key = ['broadcast', 'netmask', 'address'].find((word) => thing.includes(` ${word}`)) ?? 'address';
  const option = thing.includes(' ') ? options.find(({ words }) => words[0] === key) : undefined;
  return option === undefined ? {} : { file: option.file, line: option.line };
}
