/**
 * A configuration file (YAML 1.2) becomes a configuration. Its options are those of the option table, so that a file
 * and a command line say the same; what is not in the file has its default.
 *
 *     interfaces:
 *       veth0:
 *         rate: fast
 *         ports:
 *           eth0:
 *           eth1: { port-priority: 100 }
 */
import { type Alias, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../../aggregator/settings.js';
import type { DatapathChoice } from '../../drivers/datapath-choice.js';
import { DAEMON_NAME, DATAPATH_OPTION, type DaemonSettings } from '../daemon-options.js';
import { checkInterfaceName } from '../interface-name.js';
import { nearest } from '../nearest.js';
import { OPTIONS, type OptionSide } from '../options.js';
import { Refusal } from '../refusal.js';
import { checkSettings } from '../settings-check.js';
import {
  type Configuration,
  type ConfiguredInterface,
  type ConfiguredPort,
  type FileConfiguration,
  type Place,
  placeKey,
} from './model.js';
import { FileRefusal, type Problem, problemAt } from './problems.js';
import { sayInstead, scalarText } from './scalar.js';

/** Throws a `FileRefusal` with everything that is wrong. `file` is only for messages. */
export function readConfiguration(text: string, file: string): FileConfiguration {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (document.errors.length > 0) {
    throw new FileRefusal(
      file,
      document.errors.map((error) => ({
        ...placeOf(error.pos[0]),
        thing: 'YAML',
        problem: withoutStop(error.message),
      })),
    );
  }
  const reader = new Reader(
    (node) => placeOf(node?.range?.[0] ?? 0),
    (alias) => alias.resolve(document),
  );
  const root = reader.root(document.contents);
  if (reader.problems.length > 0) throw new FileRefusal(file, reader.problems);
  return { ...root, file, places: reader.places };
}

interface Entry {
  readonly name: string;
  readonly place: Place;
  readonly value: Node | null | undefined;
}

class Reader {
  readonly problems: Problem[] = [];
  readonly places = new Map<string, Place>();
  /** Ports by name, with their interface: a port belongs to one only. */
  readonly #owners = new Map<string, string>();

  constructor(
    private readonly placeOf: (node: Node | null | undefined) => Place,
    /** What an alias (`*name`) stands for; undefined: nothing above it bears that name. */
    private readonly resolveAlias: (alias: Alias) => unknown,
  ) {}

  root(contents: unknown): Configuration {
    const interfaces: ConfiguredInterface[] = [];
    let datapath: DatapathChoice | undefined;
    for (const { name, place, value } of this.#entries(contents, 'the file', 'interfaces: {}')) {
      if (name === DATAPATH_OPTION.name) {
        datapath = this.#datapath({ name, place, value });
        this.places.set(placeKey(DAEMON_NAME, undefined, name), place);
        continue;
      }
      if (name !== 'interfaces') {
        this.problems.push({
          ...place,
          thing: name,
          problem: 'no such key',
          repair: `the keys here are interfaces and ${DATAPATH_OPTION.name}`,
        });
        continue;
      }
      for (const entry of this.#entries(value, 'interfaces', 'interfaces: { veth0: { ports: [eth0] } }')) {
        const found = this.#interface(entry);
        if (found !== undefined) interfaces.push(found);
      }
    }
    return { interfaces, datapath };
  }

  #datapath(entry: Entry): DatapathChoice | undefined {
    const { syntax, examples, read } = DATAPATH_OPTION.kind;
    const settings = this.#value<DaemonSettings>(entry, entry.name, {
      syntax,
      examples,
      fallback: DATAPATH_OPTION.fallback,
      read: (text) => {
        const result = read(text);
        return result.ok ? { ok: true, settings: { datapath: result.value } } : result;
      },
      print: ({ datapath }) => datapath,
    });
    return settings.datapath;
  }

  #interface({ name, place, value }: Entry): ConfiguredInterface | undefined {
    if (!this.#refused(place, () => checkInterfaceName('VETH', name))) return undefined;
    this.places.set(placeKey(name), place);
    let settings = DEFAULT_AGGREGATOR;
    let ports: ConfiguredPort[] = [];
    for (const entry of this.#entries(value, name, `${name}: { ports: [eth0] }`)) {
      const thing = `${name}.${entry.name}`;
      const option = OPTIONS.find((candidate) => candidate.name === entry.name);
      if (entry.name === 'ports') {
        ports = this.#ports(entry, name);
      } else if (option?.aggregator !== undefined) {
        settings = { ...settings, ...this.#value(entry, thing, option.aggregator) };
        this.places.set(placeKey(name, undefined, entry.name), entry.place);
      } else {
        this.#unknown(entry, thing, 'aggregator');
      }
    }
    this.#refused(place, () => checkSettings(name, settings, ports));
    return { name, settings, ports };
  }

  /** `[eth0, eth1]`, or a map from the port's name to its options. */
  #ports({ value, name: key }: Entry, veth: string): ConfiguredPort[] {
    const list = this.#resolve(value);
    const entries = isSeq(list)
      ? list.items.flatMap((item): Entry[] => {
          const node = this.#resolve(item);
          const place = this.placeOf(item as Node);
          if (isScalar(node)) return [{ name: scalarText(node), place, value: null }];
          const repair = 'write ports as a map to give them options: ports: { eth0: { port-priority: 100 } }';
          this.problems.push({ ...place, thing: `${veth}.${key}`, problem: 'a list holds names only', repair });
          return [];
        })
      : this.#entries(list, `${veth}.${key}`, 'ports: [eth0, eth1], or a map from port to options');
    return entries.flatMap((entry) => this.#port(entry, veth) ?? []);
  }

  #port({ name, place, value }: Entry, veth: string): ConfiguredPort | undefined {
    if (!this.#refused(place, () => checkInterfaceName('PORT', name))) return undefined;
    const owner = this.#owners.get(name);
    if (owner !== undefined || name === veth) {
      const problem = owner === undefined ? 'an interface cannot contain itself' : `already a port of ${owner}`;
      this.problems.push({ ...place, thing: `${veth}.ports.${name}`, problem, repair: 'name each port once' });
      return undefined;
    }
    this.#owners.set(name, veth);
    this.places.set(placeKey(veth, name), place);
    let settings = DEFAULT_PORT;
    for (const entry of this.#entries(value, `${veth}.ports.${name}`, `${name}: { port-priority: 100 }`)) {
      const thing = `${veth}.ports.${name}.${entry.name}`;
      const option = OPTIONS.find((candidate) => candidate.name === entry.name);
      if (option?.port === undefined) {
        this.#unknown(entry, thing, 'port');
        continue;
      }
      settings = { ...settings, ...this.#value(entry, thing, option.port) };
      this.places.set(placeKey(veth, name, entry.name), entry.place);
    }
    return { name, settings };
  }

  #value<Settings>({ name, place, value }: Entry, thing: string, side: OptionSide<Settings>): Partial<Settings> {
    const node = this.#resolve(value);
    const where = value?.range ? this.placeOf(value) : place;
    if (isAlias(value) && node === undefined) return {};
    if (!isScalar(node) || node.value === null) {
      const problem = isScalar(node) || node == null ? 'has no value' : 'takes one value, not a list or map';
      this.problems.push({ ...where, thing, problem, repair: sayInstead(name, side) });
      return {};
    }
    const text = scalarText(node, side.syntax);
    const result = side.read(text);
    if (result.ok) return result.settings;
    this.problems.push({ ...where, thing, problem: `${text}: ${result.problem}`, repair: sayInstead(name, side) });
    return {};
  }

  /** The pairs of a map; nothing is an empty map. */
  #entries(value: unknown, thing: string, example: string): Entry[] {
    const map = this.#resolve(value);
    if (map == null || (isScalar(map) && map.value === null)) return [];
    if (!isMap(map)) {
      this.problems.push({ ...this.placeOf(map as Node), thing, problem: 'not a map', repair: `write ${example}` });
      return [];
    }
    const seen = new Set<string>();
    return map.items.filter(isPair).flatMap((pair) => {
      const key = this.#resolve(pair.key);
      // Keys and values of a parsed document are nodes or null; the type also covers documents made by hand.
      const place = this.placeOf(pair.key as Node);
      if (!isScalar(key)) {
        this.problems.push({ ...place, thing, problem: 'a key that is no name', repair: `write ${example}` });
        return [];
      }
      const name = scalarText(key);
      if (seen.has(name)) {
        this.problems.push({ ...place, thing: `${thing}.${name}`, problem: 'given twice', repair: 'give it once' });
        return [];
      }
      seen.add(name);
      return [{ name, place, value: pair.value as Node | null }];
    });
  }

  /** `here`: whose options stand at this place of the file. */
  #unknown({ name, place }: Entry, thing: string, here: 'aggregator' | 'port'): void {
    if (OPTIONS.some((candidate) => candidate.name === name)) {
      const [problem, repair] =
        here === 'port'
          ? ['an option of the interface, not of a port', 'write it beside ports']
          : ['an option of a port, not of the interface', 'write it below a port'];
      this.problems.push({ ...place, thing, problem, repair });
      return;
    }
    const names = OPTIONS.filter((option) => option[here] !== undefined).map((option) => option.name);
    const known = here === 'port' ? names : ['ports', ...names];
    const meant = nearest(name, known);
    const repair = meant === undefined ? `the options here are ${known.join(', ')}` : `did you mean ${meant}?`;
    this.problems.push({ ...place, thing, problem: 'no such option', repair });
  }

  /** The node itself, or what an alias stands for. */
  #resolve(node: unknown): unknown {
    if (!isAlias(node)) return node;
    const meant = this.resolveAlias(node);
    if (meant === undefined) {
      const place = this.placeOf(node);
      const repair = `write &${node.source} before a value above`;
      this.problems.push({ ...place, thing: `*${node.source}`, problem: 'no value has this name', repair });
    }
    return meant;
  }

  /** Runs a check that throws a `Refusal`; false when it did. */
  #refused(place: Place, check: () => void): boolean {
    try {
      check();
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.problems.push(problemAt(place, error));
      return false;
    }
  }
}

const withoutStop = (text: string) => text.replace(/\.$/, '');
