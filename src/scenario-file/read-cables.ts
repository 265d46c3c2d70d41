/** The cables of a scenario. */
import { isSeq } from 'yaml';
import type { Entry } from '../daemon/config/yaml-reader.js';
import { flag } from '../daemon/option-kinds.js';
import type { CableQualities } from '../simulator/cable.js';
import type { CablePlan, PortName, SystemPlan } from '../simulator/scenario.js';
import { PART, type Quantity, TIME } from './quantities.js';
import { isName } from './read-systems.js';
import type { ScenarioYaml, Text } from './scenario-yaml.js';

export const QUALITY_KEYS = ['delay', 'jitter', 'loss', 'duplicate', 'swallow', 'reflect'] as const;
const EXAMPLE = 'c1: [left/eth0, right/eth0]';

export function readCables(yaml: ScenarioYaml, value: unknown, systems: readonly SystemPlan[]): CablePlan[] {
  const taken = new Map<string, string>();
  return yaml.yaml.entries(value, 'cables', EXAMPLE).flatMap((entry) => {
    if (!isName(yaml, entry.place, 'cables', entry.name)) return [];
    const thing = `cables.${entry.name}`;
    const list = isSeq(yaml.yaml.resolve(entry.value));
    const keys = list ? undefined : yaml.keys(entry.value, thing, ['ends', ...QUALITY_KEYS], EXAMPLE);
    const ends = list ? entry : keys?.get('ends');
    if (ends === undefined) return yaml.problem(entry.place, thing, 'has no ends', `write ${EXAMPLE}`) ?? [];
    const found = yaml
      .texts(ends, thing, 'SYSTEM/PORT', '[left/eth0, right/eth0]')
      .flatMap((text) => end(yaml, text, thing, systems, taken) ?? []);
    const qualities = keys === undefined ? {} : readQualities(yaml, keys, thing);
    if (found.length < 2 && qualities.reflect !== true) {
      yaml.problem(entry.place, thing, 'has fewer than two ends', `write ${EXAMPLE}; a plug has one and reflect: true`);
    }
    return [{ name: entry.name, ends: found, qualities }];
  });
}

function end(
  yaml: ScenarioYaml,
  text: Text,
  thing: string,
  systems: readonly SystemPlan[],
  taken: Map<string, string>,
): PortName | undefined {
  const name = portName(yaml, text, thing, systems);
  if (name === undefined) return undefined;
  const other = taken.get(text.text);
  if (other !== undefined) {
    return yaml.problem(text.place, thing, `${text.text} is already an end of ${other}`, 'give each port one cable');
  }
  taken.set(text.text, thing);
  return name;
}

/** `left/eth0`: a link of a system. Anything else is a problem. */
export function portName(
  yaml: ScenarioYaml,
  { text, place }: Text,
  thing: string,
  systems: readonly SystemPlan[],
): PortName | undefined {
  const [system = '', port, ...rest] = text.split('/');
  if (port === undefined || port === '' || rest.length > 0) {
    return yaml.problem(place, thing, `${text}: not SYSTEM/PORT`, 'say for example left/eth0');
  }
  const plan = systems.find(({ name }) => name === system);
  const here = `${thing}: ${text}`;
  if (plan === undefined) {
    const names = systems.map(({ name }) => name);
    return yaml.unknown(place, here, 'system', system, names);
  }
  if (plan.links.has(port)) return { system, port };
  return yaml.unknown(place, here, `link of ${system}`, port, [...plan.links.keys()]);
}

/** The qualities of the keys that are there. */
export function readQualities(
  yaml: ScenarioYaml,
  keys: ReadonlyMap<string, Entry>,
  thing: string,
): Partial<CableQualities> {
  const read = <T>(key: (typeof QUALITY_KEYS)[number], kind: Quantity<T>) => {
    const value = yaml.quantity(keys.get(key), thing, kind);
    return value === undefined ? {} : { [key]: value };
  };
  return {
    ...read('delay', TIME),
    ...read('jitter', TIME),
    ...read('loss', PART),
    ...read('duplicate', PART),
    ...read('swallow', flag()),
    ...read('reflect', flag()),
  };
}
