/** What a step expects of ports and interfaces. */
import type { Place } from '../daemon/config/model.js';
import type { Entry } from '../daemon/config/yaml-reader.js';
import { stationAddress } from '../daemon/option-kinds.js';
import {
  ABSENT,
  causes,
  INTERFACE_FIELDS,
  type InterfaceField,
  PORT_FIELDS,
  type PortField,
  type Writing,
} from '../simulator/fields.js';
import type { Expect, Quiet, Timing, Wish } from '../simulator/scenario.js';
import type { Quantity } from './quantities.js';
import type { ScenarioYaml, Text } from './scenario-yaml.js';
import type { SystemWorld } from './world.js';

export type Worlds = ReadonlyMap<string, SystemWorld>;

const EXAMPLE = 'left/eth0: { mux: DIST }';

/** A map from `left/eth0` or `left/veth0` to what it shall be. */
export function readExpectations(
  yaml: ScenarioYaml,
  value: unknown,
  thing: string,
  timing: Timing,
  worlds: Worlds,
): Expect[] {
  return yaml.yaml.entries(value, thing, `expect: { ${EXAMPLE} }`).flatMap((entry): Expect[] => {
    const here = `${thing}.${entry.name}`;
    const of = portOrInterface(yaml, { text: entry.name, place: entry.place }, here, worlds);
    if (of === undefined) return [];
    const { system } = of;
    if (of.port !== undefined) {
      const wishes = wishesOf<PortField>(yaml, entry, here, PORT_FIELDS, worlds);
      return wishes.length === 0 ? [] : [{ kind: 'expect', timing, of: { system, port: of.port }, wishes }];
    }
    const wishes = wishesOf<InterfaceField>(yaml, entry, here, INTERFACE_FIELDS, worlds);
    return wishes.length === 0 ? [] : [{ kind: 'expect', timing, of: { system, veth: of.veth }, wishes }];
  });
}

/** `left`, `left/eth0` or `left/veth0`, one or several. */
export function readQuiet(yaml: ScenarioYaml, entry: Entry, thing: string, ms: number, worlds: Worlds): Quiet[] {
  return yaml.texts(entry, thing, 'SYSTEM[/NAME]', 'left').flatMap((text): Quiet[] => {
    if (!text.text.includes('/')) {
      const known = systemOf(yaml, text, thing, text.text, worlds) !== undefined;
      return known ? [{ kind: 'quiet', ms, of: { system: text.text } }] : [];
    }
    const of = portOrInterface(yaml, text, thing, worlds);
    return of === undefined ? [] : [{ kind: 'quiet', ms, of: { system: of.system, name: of.port ?? of.veth } }];
  });
}

type Target =
  | { readonly system: string; readonly port: string }
  | { readonly system: string; readonly port?: undefined; readonly veth: string };

function portOrInterface(yaml: ScenarioYaml, { text, place }: Text, thing: string, worlds: Worlds): Target | undefined {
  const [system = '', name = '', ...rest] = text.split('/');
  if (name === '' || rest.length > 0) {
    return yaml.problem(place, thing, 'not SYSTEM/PORT or SYSTEM/INTERFACE', `write ${EXAMPLE}`);
  }
  const world = systemOf(yaml, { place }, thing, system, worlds);
  if (world === undefined) return undefined;
  if (world.interfaces.has(name)) return { system, veth: name };
  if (world.plan.links.has(name)) return { system, port: name };
  return yaml.unknown(place, thing, `port or interface of ${system}`, name, [
    ...world.plan.links.keys(),
    ...world.interfaces.keys(),
  ]);
}

export function systemOf(
  yaml: ScenarioYaml,
  { place }: { readonly place: Place },
  thing: string,
  name: string,
  worlds: Worlds,
): SystemWorld | undefined {
  return worlds.get(name) ?? yaml.unknown(place, thing, 'system', name, [...worlds.keys()]);
}

function wishesOf<Field extends string>(
  yaml: ScenarioYaml,
  { value, place }: Entry,
  thing: string,
  fields: Readonly<Record<Field, { readonly writing: Writing }>>,
  worlds: Worlds,
): Wish<Field>[] {
  const names = Object.keys(fields) as Field[]; // the table's own keys
  const keys = yaml.keys(value, thing, names, EXAMPLE);
  if (keys.size === 0 && yaml.yaml.problems.length === 0) {
    yaml.problem(place, thing, 'nothing is expected of it', `write ${EXAMPLE}`);
  }
  return names.flatMap((field) => {
    const entry = keys.get(field);
    if (entry === undefined) return [];
    const wanted = wantedText(yaml, entry, thing, fields[field].writing, worlds);
    return wanted === undefined ? [] : [{ field, wanted }];
  });
}

function wantedText(
  yaml: ScenarioYaml,
  entry: Entry,
  thing: string,
  writing: Writing,
  worlds: Worlds,
): string | undefined {
  if ('words' in writing && writing.several) {
    const texts = yaml.texts(entry, thing, 'CAUSE', 'none');
    for (const { text, place } of texts) {
      if (!writing.words.includes(text))
        yaml.unknown(place, `${thing}.${entry.name}: ${text}`, 'cause', text, writing.words);
    }
    return causes(texts.map(({ text }) => text).filter((text) => text !== ABSENT));
  }
  return yaml.quantity(entry, thing, quantityOf(entry.name, writing, worlds));
}

function quantityOf(name: string, writing: Writing, worlds: Worlds): Quantity<string> {
  if (name === 'partner') return partner(worlds);
  if ('words' in writing) {
    const read = (text: string) =>
      writing.words.includes(text) || text === ABSENT
        ? ({ ok: true, value: text } as const)
        : ({ ok: false, problem: 'not one of its words' } as const);
    return { syntax: writing.words.join('|'), examples: writing.words, read };
  }
  const { form, syntax, example } = writing;
  const read = (text: string) =>
    form.test(text) || text === ABSENT
      ? ({ ok: true, value: text } as const)
      : ({ ok: false, problem: `not a ${syntax.toLowerCase()}` } as const);
  return { syntax, examples: [example], read };
}

function partner(worlds: Worlds): Quantity<string> {
  const names = [...worlds.keys(), ABSENT];
  return {
    syntax: 'SYSTEM|MAC|none',
    examples: names,
    read: (text) => {
      if (names.includes(text)) return { ok: true, value: text };
      const mac = stationAddress().read(text);
      return mac.ok ? mac : { ok: false, problem: 'neither a system of this file nor an address' };
    },
  };
}
