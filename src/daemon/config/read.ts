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
import { DAEMON_NAME, DAEMON_OPTIONS, type DaemonSettings } from '../daemon-options.js';
import { circle } from '../layering.js';
import { LAYER_KINDS } from '../layers/kinds.js';
import type { LayerItem } from '../layers/layer.js';
import type { LayerItems } from '../layers/layers.js';
import { readLayer } from './layers.js';
import { type ConfiguredInterface, type FileConfiguration, type Place, placeKey } from './model.js';
import { FileRefusal } from './problems.js';
import { readInterfaces } from './read-interfaces.js';
import { openYaml } from './yaml-reader.js';

/** Throws a `FileRefusal` with everything that is wrong. `file` is only for messages. */
export function readConfiguration(text: string, file: string): FileConfiguration {
  const { reader, contents } = openYaml(text, file);
  let interfaces: readonly ConfiguredInterface[] = [];
  const places = new Map<string, Place>();
  let ofDaemon: Partial<DaemonSettings> = {};
  const layers: Record<string, readonly LayerItem[]> = {};
  for (const entry of reader.entries(contents, 'the file', 'interfaces: {}')) {
    const { name, place, value } = entry;
    const kind = LAYER_KINDS.find(({ key }) => key === name);
    const option = DAEMON_OPTIONS.find((candidate) => candidate.name === name);
    if (option !== undefined) {
      ofDaemon = { ...ofDaemon, ...reader.value<DaemonSettings>(entry, entry.name, option) };
      places.set(placeKey(DAEMON_NAME, undefined, name), place);
    } else if (name === 'interfaces') {
      const found = readInterfaces(reader, value);
      interfaces = found.interfaces;
      for (const [key, where] of found.places) places.set(key, where);
    } else if (kind !== undefined) {
      layers[name] = readLayer(reader, kind, value, places);
    } else {
      const known = ['interfaces', ...LAYER_KINDS.map(({ key }) => key), ...DAEMON_OPTIONS.map((each) => each.name)];
      const repair = `the keys here are ${known.slice(0, -1).join(', ')} and ${known.at(-1)}`;
      reader.problems.push({ ...place, thing: name, problem: 'no such key', repair });
    }
  }
  const around = circle(lowersOf(interfaces, layers));
  if (around !== undefined) {
    const [thing = ''] = around;
    const problem = `it would lie on itself: ${around.join(' -> ')}`;
    const repair = 'leave one of these out';
    reader.problems.push({ line: 1, column: 1, ...places.get(placeKey(thing)), thing, problem, repair });
  }
  if (reader.problems.length > 0) throw new FileRefusal(file, reader.problems);
  return { interfaces, ...ofDaemon, layers, file, places };
}

/** What each interface of the file lies on. */
function lowersOf(interfaces: readonly ConfiguredInterface[], layers: LayerItems): Map<string, readonly string[]> {
  return new Map([
    ...interfaces.map(({ name, ports }) => [name, ports.map((port) => port.name)] as const),
    ...LAYER_KINDS.flatMap((kind) =>
      (layers[kind.key] ?? []).map((item) => [item.name, [kind.lower?.(item) ?? []].flat()] as const),
    ),
  ]);
}
