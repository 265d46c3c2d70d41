/** A YAML 1.2 text as names with values, each with its place; what is wrong with it is collected. */
import { type Alias, isAlias, isMap, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { OptionSide } from '../options.js';
import { Refusal } from '../refusal.js';
import type { Place } from './model.js';
import { FileRefusal, type Problem, problemAt } from './problems.js';
import { sayInstead, scalarText } from './scalar.js';

/** A name of a map, and what stands there. */
export interface Entry {
  readonly name: string;
  readonly place: Place;
  readonly value: Node | null | undefined;
}

/** What a value is read by: a side of an option, or the like of it. */
export type Reading<Settings> = Pick<OptionSide<Settings>, 'syntax' | 'examples' | 'read'>;

/** Throws a `FileRefusal` when it is no YAML. `file` is only for messages. */
export function openYaml(text: string, file: string): { readonly reader: YamlReader; readonly contents: unknown } {
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
  const reader = new YamlReader(
    (node) => placeOf(node?.range?.[0] ?? 0),
    (alias) => alias.resolve(document),
  );
  return { reader, contents: document.contents };
}

export class YamlReader {
  readonly problems: Problem[] = [];

  constructor(
    readonly placeOf: (node: Node | null | undefined) => Place,
    /** What an alias (`*name`) stands for; undefined: nothing above it bears that name. */
    private readonly resolveAlias: (alias: Alias) => unknown,
  ) {}

  /** One value, as `side` reads it; without a key when it is wrong. */
  value<Settings>({ name, place, value }: Entry, thing: string, side: Reading<Settings>): Partial<Settings> {
    const node = this.resolve(value);
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
  entries(value: unknown, thing: string, example: string): Entry[] {
    const map = this.resolve(value);
    if (map == null || (isScalar(map) && map.value === null)) return [];
    if (!isMap(map)) {
      this.problems.push({ ...this.placeOf(map as Node), thing, problem: 'not a map', repair: `write ${example}` });
      return [];
    }
    const seen = new Set<string>();
    return map.items.filter(isPair).flatMap((pair) => {
      const key = this.resolve(pair.key);
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

  /** The node itself, or what an alias stands for. */
  resolve(node: unknown): unknown {
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
  refused(place: Place, check: () => void): boolean {
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
