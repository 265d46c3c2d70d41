/** Interfaces with their options and ports, as a configuration file names them. */
import { isScalar, isSeq, type Node } from 'yaml';
import { DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../../aggregator/settings.js';
import { checkInterfaceName } from '../interface-name.js';
import { nearest } from '../nearest.js';
import { OPTIONS } from '../options.js';
import { checkSettings } from '../settings-check.js';
import { type ConfiguredInterface, type ConfiguredPort, type Place, placeKey } from './model.js';
import { scalarText } from './scalar.js';
import type { Entry, YamlReader } from './yaml-reader.js';

/** The map below `interfaces`; what is wrong is left out, and among the problems of the reader. */
export function readInterfaces(
  yaml: YamlReader,
  value: unknown,
): { readonly interfaces: readonly ConfiguredInterface[]; readonly places: ReadonlyMap<string, Place> } {
  const reader = new InterfacesReader(yaml);
  const interfaces = yaml
    .entries(value, 'interfaces', 'interfaces: { veth0: { ports: [eth0] } }')
    .flatMap((entry) => reader.interface(entry) ?? []);
  return { interfaces, places: reader.places };
}

class InterfacesReader {
  readonly places = new Map<string, Place>();
  /** Ports by name, with their interface: a port belongs to one only. */
  readonly #owners = new Map<string, string>();

  constructor(private readonly yaml: YamlReader) {}

  interface({ name, place, value }: Entry): ConfiguredInterface | undefined {
    if (!this.yaml.refused(place, () => checkInterfaceName('VETH', name))) return undefined;
    this.places.set(placeKey(name), place);
    let settings = DEFAULT_AGGREGATOR;
    let ports: ConfiguredPort[] = [];
    for (const entry of this.yaml.entries(value, name, `${name}: { ports: [eth0] }`)) {
      const thing = `${name}.${entry.name}`;
      const option = OPTIONS.find((candidate) => candidate.name === entry.name);
      if (entry.name === 'ports') {
        ports = this.#ports(entry, name);
      } else if (option?.aggregator !== undefined) {
        settings = { ...settings, ...this.yaml.value(entry, thing, option.aggregator) };
        this.places.set(placeKey(name, undefined, entry.name), entry.place);
      } else {
        this.#unknown(entry, thing, 'aggregator');
      }
    }
    this.yaml.refused(place, () => checkSettings(name, settings, ports));
    return { name, settings, ports };
  }

  /** `[eth0, eth1]`, or a map from the port's name to its options. */
  #ports({ value, name: key }: Entry, veth: string): ConfiguredPort[] {
    const list = this.yaml.resolve(value);
    const entries = isSeq(list)
      ? list.items.flatMap((item): Entry[] => {
          const node = this.yaml.resolve(item);
          const place = this.yaml.placeOf(item as Node);
          if (isScalar(node)) return [{ name: scalarText(node), place, value: null }];
          const repair = 'write ports as a map to give them options: ports: { eth0: { port-priority: 100 } }';
          this.yaml.problems.push({ ...place, thing: `${veth}.${key}`, problem: 'a list holds names only', repair });
          return [];
        })
      : this.yaml.entries(list, `${veth}.${key}`, 'ports: [eth0, eth1], or a map from port to options');
    return entries.flatMap((entry) => this.#port(entry, veth) ?? []);
  }

  #port({ name, place, value }: Entry, veth: string): ConfiguredPort | undefined {
    if (!this.yaml.refused(place, () => checkInterfaceName('PORT', name))) return undefined;
    const owner = this.#owners.get(name);
    if (owner !== undefined || name === veth) {
      const problem = owner === undefined ? 'an interface cannot contain itself' : `already a port of ${owner}`;
      this.yaml.problems.push({ ...place, thing: `${veth}.ports.${name}`, problem, repair: 'name each port once' });
      return undefined;
    }
    this.#owners.set(name, veth);
    this.places.set(placeKey(veth, name), place);
    let settings = DEFAULT_PORT;
    for (const entry of this.yaml.entries(value, `${veth}.ports.${name}`, `${name}: { port-priority: 100 }`)) {
      const thing = `${veth}.ports.${name}.${entry.name}`;
      const option = OPTIONS.find((candidate) => candidate.name === entry.name);
      if (option?.port === undefined) {
        this.#unknown(entry, thing, 'port');
        continue;
      }
      settings = { ...settings, ...this.yaml.value(entry, thing, option.port) };
      this.places.set(placeKey(veth, name, entry.name), entry.place);
    }
    return { name, settings };
  }

  /** `here`: whose options stand at this place of the file. */
  #unknown({ name, place }: Entry, thing: string, here: 'aggregator' | 'port'): void {
    if (OPTIONS.some((candidate) => candidate.name === name)) {
      const [problem, repair] =
        here === 'port'
          ? ['an option of the interface, not of a port', 'write it beside ports']
          : ['an option of a port, not of the interface', 'write it below a port'];
      this.yaml.problems.push({ ...place, thing, problem, repair });
      return;
    }
    const names = OPTIONS.filter((option) => option[here] !== undefined).map((option) => option.name);
    const known = here === 'port' ? names : ['ports', ...names];
    const meant = nearest(name, known);
    const repair = meant === undefined ? `the options here are ${known.join(', ')}` : `did you mean ${meant}?`;
    this.yaml.problems.push({ ...place, thing, problem: 'no such option', repair });
  }
}
