/** The systems of a scenario: interfaces as in vethd.yaml, and what the kernel says of their links. */
import type { LinkFacts } from '../aggregator/io.js';
import type { Place } from '../daemon/config/model.js';
import { readInterfaces } from '../daemon/config/read-interfaces.js';
import type { Entry } from '../daemon/config/yaml-reader.js';
import { checkInterfaceName } from '../daemon/interface-name.js';
import { choice, speed, stationAddress, whole } from '../daemon/option-kinds.js';
import { linkFacts } from '../simulator/facts.js';
import type { SystemPlan } from '../simulator/scenario.js';
import type { Quantity } from './quantities.js';
import type { ScenarioYaml } from './scenario-yaml.js';
import { interfacePlans } from './world.js';

const SYSTEM_KEYS = ['links', 'interfaces'];
const SYSTEM_EXAMPLE = 'left: { interfaces: { veth0: { ports: [eth0] } } }';
/** A name that can stand before `/`. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/;

export const LINK_KEYS = ['state', 'admin', 'speed', 'duplex', 'mtu'] as const;

export function readSystems(yaml: ScenarioYaml, value: unknown): SystemPlan[] {
  return yaml.yaml
    .entries(value, 'systems', SYSTEM_EXAMPLE)
    .flatMap((entry, index) => system(yaml, entry, index) ?? []);
}

function system(yaml: ScenarioYaml, { name, place, value }: Entry, index: number): SystemPlan | undefined {
  if (!isName(yaml, place, 'systems', name)) return undefined;
  const thing = `systems.${name}`;
  const keys = yaml.keys(value, thing, SYSTEM_KEYS, SYSTEM_EXAMPLE);
  const { interfaces } = readInterfaces(yaml.yaml, keys.get('interfaces')?.value);
  const entries = yaml.yaml.entries(keys.get('links')?.value, `${thing}.links`, 'links: { eth0: { speed: 100M } }');
  const named = new Map<string, Entry>();
  for (const entry of entries) {
    if (yaml.yaml.refused(entry.place, () => checkInterfaceName('PORT', entry.name))) named.set(entry.name, entry);
  }
  const links = new Map<string, LinkFacts>();
  const names = [...named.keys(), ...interfaces.flatMap(({ ports }) => ports.map((port) => port.name))];
  for (const [place, link] of [...new Set(names)].entries()) {
    const mac = `02:00:00:00:${octet(index + 1)}:${octet(place + 1)}`;
    const entry = named.get(link);
    const differences = entry === undefined ? {} : linkDifferences(yaml, entry, `${thing}.links.${link}`);
    links.set(link, linkFacts(place + 1, link, mac, differences));
  }
  return { name, links, interfaces: interfacePlans(interfaces, links) };
}

/** Whether something may have this name; if not, that is a problem. */
export function isName(yaml: ScenarioYaml, place: Place, thing: string, name: string): boolean {
  if (NAME.test(name)) return true;
  yaml.problem(place, `${thing}.${name}`, 'not a name', 'use letters, digits, _ . and -, at most 32');
  return false;
}

function linkDifferences(yaml: ScenarioYaml, { value }: Entry, thing: string): Partial<LinkFacts> {
  const keys = yaml.keys(value, thing, ['mac', ...LINK_KEYS], 'eth0: { speed: 100M }');
  const mac = yaml.quantity(keys.get('mac'), thing, stationAddress());
  return { ...(mac !== undefined && { mac }), ...readLink(yaml, keys, thing) };
}

/** What the kernel says of a link, of the keys that are there. */
export function readLink(yaml: ScenarioYaml, keys: ReadonlyMap<string, Entry>, thing: string): Partial<LinkFacts> {
  const read = <T>(key: (typeof LINK_KEYS)[number], kind: Quantity<T>) => yaml.quantity(keys.get(key), thing, kind);
  const link = read('state', choice<LinkFacts['link']>('a state of a link', ['up', 'down', 'unknown']));
  const admin = read('admin', choice('up or down', ['up', 'down']));
  const mbits = read('speed', orUnknown(speed()));
  const duplex = read('duplex', orUnknown(choice<'full' | 'half'>('a duplex', ['full', 'half'])));
  const mtu = read('mtu', whole('an MTU', 68, 65_535));
  return {
    ...(link !== undefined && { link }),
    ...(admin !== undefined && { adminUp: admin === 'up' }),
    ...(mbits !== undefined && { speed: mbits.known }),
    ...(duplex !== undefined && { duplex: duplex.known }),
    ...(mtu !== undefined && { mtu }),
  };
}

function orUnknown<T>({ syntax, examples, read }: Quantity<T>): Quantity<{ readonly known: T | undefined }> {
  return {
    syntax: `${syntax}|unknown`,
    examples: [...examples, 'unknown'],
    read: (text) => {
      if (text === 'unknown') return { ok: true, value: { known: undefined } };
      const result = read(text);
      return result.ok ? { ok: true, value: { known: result.value } } : result;
    },
  };
}

const octet = (value: number): string => (value & 255).toString(16).padStart(2, '0');
