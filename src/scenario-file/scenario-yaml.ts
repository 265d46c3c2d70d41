/** What all parts of a scenario file are read with. */
import { isScalar, isSeq, type Node } from 'yaml';
import type { Place } from '../daemon/config/model.js';
import { scalarText } from '../daemon/config/scalar.js';
import type { Entry, YamlReader } from '../daemon/config/yaml-reader.js';
import { nearest } from '../daemon/nearest.js';
import type { Quantity } from './quantities.js';

export interface Text {
  readonly text: string;
  readonly place: Place;
}

export class ScenarioYaml {
  constructor(readonly yaml: YamlReader) {}

  problem(place: Place, thing: string, problem: string, repair?: string): undefined {
    this.yaml.problems.push({ line: place.line, column: place.column, thing, problem, repair });
    return undefined;
  }

  /** Something of this name is not there. */
  unknown(place: Place, thing: string, what: string, name: string, known: readonly string[]): undefined {
    const meant = nearest(name, known);
    const all = known.length === 0 ? `there is no ${what}` : `there is ${known.join(', ')}`;
    return this.problem(place, thing, `no such ${what}`, meant === undefined ? all : `did you mean ${meant}?`);
  }

  /** The pairs of a map that has no other names than these. */
  keys(value: unknown, thing: string, known: readonly string[], example: string): ReadonlyMap<string, Entry> {
    return this.among(this.yaml.entries(value, thing, example), thing, known);
  }

  /** Those entries that have one of these names; others are problems. */
  among(entries: readonly Entry[], thing: string, known: readonly string[]): ReadonlyMap<string, Entry> {
    const found = new Map<string, Entry>();
    for (const entry of entries) {
      if (known.includes(entry.name)) {
        found.set(entry.name, entry);
        continue;
      }
      const meant = nearest(entry.name, known);
      const repair = meant === undefined ? `the keys here are ${known.join(', ')}` : `did you mean ${meant}?`;
      this.problem(entry.place, `${thing}.${entry.name}`, 'no such key', repair);
    }
    return found;
  }

  /** One value; undefined where there is none, or a wrong one. */
  quantity<T>(entry: Entry | undefined, thing: string, { syntax, examples, read }: Quantity<T>): T | undefined {
    if (entry === undefined) return undefined;
    const { value } = this.yaml.value<{ readonly value: T }>(entry, `${thing}.${entry.name}`, {
      syntax,
      examples,
      read: (text) => {
        const result = read(text);
        return result.ok ? { ok: true, settings: { value: result.value } } : result;
      },
    });
    return value;
  }

  /** One word or text. */
  text(entry: Entry, thing: string, syntax: string, example: string): Text | undefined {
    const read = (text: string) => ({ ok: true, value: text }) as const;
    const text = this.quantity(entry, thing, { syntax, examples: [example], read });
    return text === undefined ? undefined : { text, place: this.placeOf(entry) };
  }

  /** One word, or a list of them. */
  texts(entry: Entry, thing: string, syntax: string, example: string): readonly Text[] {
    const node = this.yaml.resolve(entry.value);
    if (!isSeq(node)) {
      const one = this.text(entry, thing, syntax, example);
      return one === undefined ? [] : [one];
    }
    return node.items.flatMap((item) => {
      const place = this.yaml.placeOf(item as Node); // an item of a parsed document is a node
      const scalar = this.yaml.resolve(item);
      if (isScalar(scalar) && scalar.value !== null) return [{ text: scalarText(scalar), place }];
      return this.problem(place, `${thing}.${entry.name}`, 'not a word', `say ${entry.name}: ${example}`) ?? [];
    });
  }

  placeOf({ value, place }: Entry): Place {
    return value?.range ? this.yaml.placeOf(value) : place;
  }
}
