/** Layered interfaces in configurations: read from a file, compared, written, carried out. The same for each kind. */
import { isScalar } from 'yaml';
import { LAYER_KINDS } from '../layers/kinds.js';
import type { Layer, LayerItem, LayerKind } from '../layers/layer.js';
import type { LayerItems, Layers } from '../layers/layers.js';
import { nearest } from '../nearest.js';
import type { Change } from './change-schema.js';
import type { Place } from './model.js';
import { scalarText } from './scalar.js';
import type { Transaction } from './transaction.js';
import type { Entry, YamlReader } from './yaml-reader.js';

/** The map below the key of a kind; what is wrong is left out, and among the problems of the reader. */
export function readLayer(
  reader: YamlReader,
  kind: LayerKind,
  value: unknown,
  places: Map<string, Place>,
): LayerItem[] {
  return reader.entries(value, kind.key, `${kind.key}: { ${kind.example} }`).flatMap((entry) => {
    const options = readOptions(reader, kind, entry);
    let item: LayerItem | undefined;
    reader.refused(entry.place, () => {
      item = kind.parse(entry.name, options);
    });
    places.set(entry.name, entry.place);
    return item ?? [];
  });
}

function readOptions(reader: YamlReader, kind: LayerKind, entry: Entry): Record<string, string> {
  const [first] = kind.options;
  const node = reader.resolve(entry.value);
  if (first !== undefined && isScalar(node) && node.value !== null) return { [first.name]: scalarText(node) };
  const known = kind.options.map(({ name }) => name);
  const options: Record<string, string> = {};
  for (const { name, place, value } of reader.entries(node, `${kind.key}.${entry.name}`, kind.example)) {
    const text = reader.resolve(value);
    const thing = `${kind.key}.${entry.name}.${name}`;
    const option = kind.options.find((candidate) => candidate.name === name);
    if (option === undefined) {
      const meant = nearest(name, known);
      const repair = meant === undefined ? `the options here are ${known.join(', ')}` : `did you mean ${meant}?`;
      reader.problems.push({ ...place, thing, problem: 'no such option', repair });
    } else if (!isScalar(text) || text.value === null) {
      reader.problems.push({ ...place, thing, problem: 'takes one value', repair: `say ${name}: ${option.syntax}` });
    } else {
      options[name] = scalarText(text, option.syntax);
    }
  }
  return options;
}

/** As a file has it: what has its default is left out, and one option that may stand alone does. */
export function writeLayer({ options }: LayerKind, item: LayerItem): unknown {
  const said = options.flatMap(({ name, fallback }) => {
    const value = item.options[name];
    return value === undefined || value === fallback ? [] : [[name, value] as const];
  });
  const [only] = said;
  return said.length === 1 && only?.[0] === options[0]?.name ? only?.[1] : Object.fromEntries(said);
}

/** In the order to be shown: what is added or changed, then what is removed. */
export function layerChanges(current: LayerItems = {}, desired: LayerItems = {}): Change[] {
  return LAYER_KINDS.flatMap(({ key, noun, options }) => {
    const [before, after] = [current[key] ?? [], desired[key] ?? []];
    const changed = after.flatMap((item): Change[] => {
      const former = before.find(({ name }) => name === item.name);
      const differing = options.flatMap(({ name: option, fallback }) => {
        const [from, to] = [(former?.options ?? { [option]: fallback })[option], item.options[option]];
        if (from === to || to === undefined) return [];
        return [former === undefined || from === undefined ? { option, to } : { option, from, to }];
      });
      if (former !== undefined && differing.length === 0) return [];
      const action = former === undefined ? 'add' : 'change';
      return [{ action, layer: noun, veth: item.name, options: differing }];
    });
    const removed = before.filter(({ name }) => !after.some((item) => item.name === name));
    return [
      ...changed,
      ...removed.map(({ name: veth }): Change => ({ action: 'remove', layer: noun, veth, options: [] })),
    ];
  });
}

/** Before what they lie on is removed. The caller undoes. */
export async function removeLayers(layers: Layers, changes: readonly Change[], steps: Transaction): Promise<void> {
  for (const layer of layers.all) {
    const gone = layer.items().filter(({ name }) => hasChange(changes, layer, name, 'remove'));
    for (const item of gone.reverse()) {
      await steps.step(
        `${item.name}: removed`,
        () => layer.remove(item.name),
        () => layer.make(item, { wait: true }),
      );
    }
  }
}

/** After what they lie on was made. The caller undoes. */
export async function makeLayers(
  layers: Layers,
  desired: LayerItems,
  changes: readonly Change[],
  steps: Transaction,
): Promise<void> {
  for (const layer of layers.all) {
    for (const item of desired[layer.kind.key] ?? []) {
      const former = layer.items().find(({ name }) => name === item.name);
      if (hasChange(changes, layer, item.name, 'add') && former === undefined) {
        await steps.step(
          `${item.name}: made`,
          () => layer.make(item, { wait: true }),
          () => layer.remove(item.name),
        );
      } else if (hasChange(changes, layer, item.name, 'change') && former !== undefined) {
        await steps.step(
          `${item.name}: changed`,
          () => layer.change(item),
          () => layer.change(former),
        );
      }
    }
  }
}

const hasChange = (changes: readonly Change[], { kind }: Layer, name: string, wanted: Change['action']) =>
  changes.some(({ layer, veth, action }) => layer === kind.noun && veth === name && action === wanted);
