/** What a step does, by the key that says it. */
import { DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../aggregator/settings.js';
import type { Entry } from '../daemon/config/yaml-reader.js';
import { checkInterfaceName } from '../daemon/interface-name.js';
import { choice } from '../daemon/option-kinds.js';
import { parseOptions } from '../daemon/options.js';
import type { Act, CablePlan, PortName, SystemPlan } from '../simulator/scenario.js';
import { OCTETS, TIME } from './quantities.js';
import { portName, QUALITY_KEYS, readQualities } from './read-cables.js';
import { readExpectations, readQuiet, systemOf, type Worlds } from './read-expectations.js';
import { LINK_KEYS, readLink } from './read-systems.js';
import type { ScenarioYaml, Text } from './scenario-yaml.js';
import type { SystemWorld } from './world.js';

/** A step that is being read. */
export interface Reading {
  readonly yaml: ScenarioYaml;
  readonly systems: readonly SystemPlan[];
  readonly cables: readonly CablePlan[];
  readonly worlds: Worlds;
  /** Milliseconds from the start. */
  readonly at: number;
  /** `steps[3]`. */
  readonly thing: string;
  /** The key that says what is done, and all others but the time. */
  readonly entry: Entry;
  readonly keys: ReadonlyMap<string, Entry>;
}

interface ActReader {
  /** Keys beside that of the act itself. */
  readonly with: readonly string[];
  read(step: Reading): readonly Act[];
}

/** How long a restart in place takes, in milliseconds, unless it is said. */
const RESTART_MS = 200;

const ACT_READERS: Readonly<Record<string, ActReader>> = {
  cut: {
    with: ['carrier'],
    read: (step) => {
      const kept = step.yaml.quantity(step.keys.get('carrier'), step.thing, choice('lost or kept', ['lost', 'kept']));
      return cablesOf(step).map((cable) => ({ kind: 'cut', cable, carrier: kept !== 'kept' }));
    },
  },
  repair: { with: [], read: (step) => cablesOf(step).map((cable) => ({ kind: 'repair', cable })) },
  'one-way': { with: ['to'], read: oneWay },
  cable: {
    with: QUALITY_KEYS,
    read: (step) => {
      const qualities = readQualities(step.yaml, step.keys, step.thing);
      if (step.keys.size === 1) missing(step, 'changes nothing', 'say for example loss: 10%');
      return cablesOf(step).map((cable) => ({ kind: 'cable', cable, qualities }));
    },
  },
  link: {
    with: LINK_KEYS,
    read: (step) => {
      const facts = readLink(step.yaml, step.keys, step.thing);
      if (step.keys.size === 1) missing(step, 'changes nothing', 'say for example state: down');
      return portsOf(step).map((of) => ({ kind: 'link', of, facts }));
    },
  },
  set: { with: [], read: (step) => command(step, 'left/veth0 rate=fast', set) },
  add: { with: [], read: (step) => command(step, 'left/eth1 veth0', add) },
  del: { with: [], read: (step) => command(step, 'left/eth1', del) },
  stop: { with: [], read: (step) => lifecycle(step, true, (world) => world.stop()) },
  crash: { with: [], read: (step) => lifecycle(step, true, (world) => world.crash()) },
  start: { with: [], read: (step) => lifecycle(step, false, (world) => world.start()) },
  restart: {
    with: ['for'],
    read: (step) => {
      const ms = step.yaml.quantity(step.keys.get('for'), step.thing, TIME) ?? RESTART_MS;
      return runningSystems(step).map((world) => {
        world.restartsUntil = step.at + ms;
        return { kind: 'restart', system: world.plan.name, ms };
      });
    },
  },
  frame: {
    with: ['octets'],
    read: (step) => {
      const frame = step.yaml.quantity(step.keys.get('octets'), step.thing, OCTETS);
      if (!step.keys.has('octets')) missing(step, 'has no octets', "say octets: '0180c2000002...'");
      return frame === undefined ? [] : portsOf(step).map((of) => ({ kind: 'frame', of, frame }));
    },
  },
  expect: {
    with: ['within', 'for'],
    read: ({ yaml, keys, thing, entry, worlds }) => {
      const [within, lasting] = [keys.get('within'), keys.get('for')];
      if (within !== undefined && lasting !== undefined) {
        yaml.problem(lasting.place, `${thing}.for`, 'does not go with within', 'say one of them');
      }
      const [kind, given] = within === undefined ? (['for', lasting] as const) : (['within', within] as const);
      const ms = yaml.quantity(given, thing, TIME);
      const timing = given === undefined ? ({ kind: 'now' } as const) : { kind, ms: ms ?? 0 };
      return readExpectations(yaml, entry.value, `${thing}.expect`, timing, worlds);
    },
  },
  quiet: {
    with: ['for'],
    read: (step) => {
      const ms = step.yaml.quantity(step.keys.get('for'), step.thing, TIME);
      if (!step.keys.has('for')) missing(step, 'does not say for how long', 'say for: 10s');
      return readQuiet(step.yaml, step.entry, step.thing, ms ?? 0, step.worlds);
    },
  },
};

export const ACTS: readonly string[] = Object.keys(ACT_READERS);

/** All keys that can stand in a step with this act. */
export const keysWith = (act: string): readonly string[] => [act, ...(ACT_READERS[act]?.with ?? [])];

export const readActs = (act: string, step: Reading): readonly Act[] => ACT_READERS[act]?.read(step) ?? [];

const missing = ({ yaml, entry, thing }: Reading, problem: string, repair: string): undefined =>
  yaml.problem(entry.place, `${thing}.${entry.name}`, problem, repair);

function cablesOf({ yaml, entry, thing, cables }: Reading): string[] {
  const names = cables.map(({ name }) => name);
  return yaml.texts(entry, thing, 'CABLE', names[0] ?? 'c1').flatMap(({ text, place }) => {
    if (names.includes(text)) return [text];
    return yaml.unknown(place, `${thing}.${entry.name}: ${text}`, 'cable', text, names) ?? [];
  });
}

function portsOf({ yaml, entry, thing, systems }: Reading): PortName[] {
  return yaml
    .texts(entry, thing, 'SYSTEM/PORT', 'left/eth0')
    .flatMap((text) => portName(yaml, text, `${thing}.${entry.name}`, systems) ?? []);
}

function oneWay(step: Reading): readonly Act[] {
  const { yaml, keys, thing, systems, cables } = step;
  const end = keys.get('to');
  if (end === undefined) missing(step, 'does not say which way', 'say to: right/eth0, the end that nothing reaches');
  const text = end && yaml.text(end, thing, 'SYSTEM/PORT', 'right/eth0');
  const to = text && portName(yaml, text, `${thing}.to`, systems);
  return cablesOf(step).flatMap((cable): Act[] => {
    if (to === undefined || text === undefined) return [];
    const ends = cables.find(({ name }) => name === cable)?.ends ?? [];
    if (ends.some(({ system, port }) => system === to.system && port === to.port))
      return [{ kind: 'one-way', cable, to }];
    const known = ends.map(({ system, port }) => `${system}/${port}`);
    return yaml.unknown(text.place, `${thing}.to: ${text.text}`, `end of ${cable}`, text.text, known) ?? [];
  });
}

/** Words as after `vethcfg set`, `add` or `del`, with the system before the first name. */
function command(
  step: Reading,
  example: string,
  make: (world: SystemWorld, name: string, words: readonly string[], step: Reading, at: Text) => Act | undefined,
): readonly Act[] {
  const { yaml, entry, thing, worlds } = step;
  return yaml.texts(entry, thing, 'SYSTEM/NAME ...', example).flatMap((at) => {
    const [target = '', ...words] = at.text.trim().split(/\s+/);
    const [system = '', name = ''] = target.split('/');
    const here = `${thing}.${entry.name}`;
    if (name === '')
      return yaml.problem(at.place, here, `${target}: not SYSTEM/NAME`, `say ${entry.name}: ${example}`) ?? [];
    const world = systemOf(yaml, at, here, system, worlds);
    if (world === undefined || !isRunning(step, world, at)) return [];
    let act: Act | undefined;
    yaml.yaml.refused(at.place, () => {
      act = make(world, name, words, step, at);
    });
    return act === undefined ? [] : [act];
  });
}

function set(world: SystemWorld, name: string, words: readonly string[], step: Reading, at: Text): Act | undefined {
  const { yaml, thing } = step;
  const system = world.plan.name;
  if (words.length === 0)
    return yaml.problem(at.place, `${thing}.set`, 'sets nothing', `say set: ${system}/${name} rate=fast`);
  const veth = world.interfaces.get(name);
  if (veth !== undefined) {
    const settings = world.setInterface(veth, parseOptions(words, 'aggregator').aggregator);
    return { kind: 'set-interface', system, veth: name, settings };
  }
  const owner = world.ownerOf(name);
  if (owner === undefined) {
    const known = [...world.interfaces.keys(), ...world.ports];
    return yaml.unknown(at.place, `${thing}.set: ${system}/${name}`, `port or interface of ${system}`, name, known);
  }
  const settings = world.setPort(owner, name, parseOptions(words, 'port').port);
  return settings && { kind: 'set', of: { system, port: name }, settings };
}

function add(world: SystemWorld, port: string, words: readonly string[], step: Reading, at: Text): Act | undefined {
  const { yaml, thing } = step;
  const system = world.plan.name;
  const [veth, ...options] = words;
  const here = `${thing}.add: ${system}/${port}`;
  if (veth === undefined)
    return yaml.problem(at.place, here, 'does not say to which interface', `say ${system}/${port} veth0`);
  if (!world.plan.links.has(port)) {
    return yaml.unknown(at.place, here, `link of ${system}`, port, [...world.plan.links.keys()]);
  }
  const owner = world.ownerOf(port);
  if (owner !== undefined) return yaml.problem(at.place, here, `already a port of ${owner.name}`, 'del it first');
  checkInterfaceName('VETH', veth);
  const parsed = parseOptions(options, 'add');
  const settings = { ...DEFAULT_PORT, ...parsed.port };
  const plan = world.add(port, veth, parsed.aggregator, settings, DEFAULT_AGGREGATOR);
  return { kind: 'add', of: { system, port }, veth: plan, settings };
}

function del(world: SystemWorld, name: string, words: readonly string[], step: Reading, at: Text): Act | undefined {
  const { yaml, thing } = step;
  const system = world.plan.name;
  const here = `${thing}.del: ${system}/${name}`;
  const [veth, ...rest] = words;
  if (rest.length > 0) return yaml.problem(at.place, here, 'too many words', `say del: ${system}/eth0 veth0`);
  if (world.interfaces.delete(name)) return { kind: 'del-interface', system, veth: name };
  const owner = world.ownerOf(name);
  if (owner === undefined || (veth !== undefined && owner.name !== veth)) {
    const known = [...world.interfaces.keys(), ...world.ports];
    return yaml.unknown(at.place, here, veth === undefined ? 'port or interface' : `port of ${veth}`, name, known);
  }
  world.del(name);
  return { kind: 'del', of: { system, port: name } };
}

function lifecycle(step: Reading, running: boolean, change: (world: SystemWorld) => void): readonly Act[] {
  const worlds = running ? runningSystems(step) : stoppedSystems(step);
  return worlds.map((world): Act => {
    change(world);
    return { kind: step.entry.name as 'stop' | 'crash' | 'start', system: world.plan.name }; // the keys of these readers
  });
}

function systemsOf({ yaml, entry, thing, worlds }: Reading): readonly (readonly [SystemWorld, Text])[] {
  return yaml.texts(entry, thing, 'SYSTEM', 'left').flatMap((text) => {
    const world = systemOf(yaml, text, `${thing}.${entry.name}`, text.text, worlds);
    return world === undefined ? [] : [[world, text] as const];
  });
}

const runningSystems = (step: Reading): SystemWorld[] =>
  systemsOf(step).flatMap(([world, text]) => (isRunning(step, world, text) ? [world] : []));

function stoppedSystems(step: Reading): SystemWorld[] {
  const { yaml, thing, entry } = step;
  return systemsOf(step).flatMap(([world, { place }]) => {
    if (!world.running) return [world];
    return (
      yaml.problem(place, `${thing}.${entry.name}`, `${world.plan.name} runs already`, 'stop or crash it before') ?? []
    );
  });
}

function isRunning({ yaml, thing, entry, at }: Reading, world: SystemWorld, { place }: Text): boolean {
  const { name } = world.plan;
  if (!world.running) {
    yaml.problem(place, `${thing}.${entry.name}`, `${name} does not run then`, `say start: ${name} before`);
  } else if (at < world.restartsUntil) {
    const until = world.restartsUntil / 1_000;
    yaml.problem(place, `${thing}.${entry.name}`, `${name} restarts until ${until} s`, `say at: ${until}s or later`);
  }
  return world.running && at >= world.restartsUntil;
}
