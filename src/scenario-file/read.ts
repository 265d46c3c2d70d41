/** A scenario file (YAML 1.2) becomes a scenario: docs/simulate.md describes it. */
import { isSeq, type Node } from 'yaml';
import type { Place } from '../daemon/config/model.js';
import { FileRefusal } from '../daemon/config/problems.js';
import { type Entry, openYaml } from '../daemon/config/yaml-reader.js';
import { whole } from '../daemon/option-kinds.js';
import type { CablePlan, Scenario, Step, SystemPlan } from '../simulator/scenario.js';
import { TIME } from './quantities.js';
import { ACTS, keysWith, readActs } from './read-acts.js';
import { readCables } from './read-cables.js';
import { readSystems } from './read-systems.js';
import { ScenarioYaml } from './scenario-yaml.js';
import { SystemWorld } from './world.js';

export interface ScenarioFile {
  readonly scenario: Scenario;
  readonly description: string | undefined;
  readonly seed: number | undefined;
}

/** How long is simulated where neither a step nor `until` says so, in milliseconds. */
const DEFAULT_UNTIL = 60_000;
const KEYS = ['description', 'seed', 'until', 'systems', 'cables', 'steps'];
const EXAMPLE = 'systems: { left: { interfaces: { veth0: { ports: [eth0] } } } }';
const STEP_EXAMPLE = 'steps: [{ at: 10s, cut: c1 }]';
const START: Place = { line: 1, column: 1 };

/** Throws a `FileRefusal` with everything that is wrong. `file` is only for messages. */
export function readScenario(text: string, file: string): ScenarioFile {
  const { reader, contents } = openYaml(text, file);
  const yaml = new ScenarioYaml(reader);
  const keys = yaml.keys(contents, 'the file', KEYS, EXAMPLE);
  const description = keys.get('description');
  const systems = readSystems(yaml, keys.get('systems')?.value);
  if (systems.length === 0 && reader.problems.length === 0) {
    yaml.problem(keys.get('systems')?.place ?? START, 'systems', 'there is none', `write ${EXAMPLE}`);
  }
  const cables = readCables(yaml, keys.get('cables')?.value, systems);
  const steps = readSteps(yaml, keys.get('steps'), systems, cables);
  const last = Math.max(0, ...steps.map(endOf));
  const until = yaml.quantity(keys.get('until'), 'the file', TIME);
  if (until !== undefined && until < last) {
    const end = keys.get('until')?.place ?? START;
    yaml.problem(
      end,
      'until',
      `${until / 1_000} s is before the end of a step`,
      `say until: ${last / 1_000}s or later`,
    );
  }
  const seed = yaml.quantity(keys.get('seed'), 'the file', whole('a seed', 0, 0xffff_ffff));
  const words = description && yaml.text(description, 'the file', 'TEXT', 'a link fails');
  if (reader.problems.length > 0) throw new FileRefusal(file, reader.problems);
  return {
    scenario: { systems, cables, steps, until: until ?? (steps.length === 0 ? DEFAULT_UNTIL : last) },
    description: words?.text,
    seed,
  };
}

/** When nothing of a step is left to be looked at. */
function endOf({ at, act }: Step): number {
  if (act.kind === 'quiet' || act.kind === 'restart') return at + act.ms;
  return act.kind === 'expect' && act.timing.kind !== 'now' ? at + act.timing.ms : at;
}

/** A step as it stands in the file, with its time. */
interface Timed {
  readonly at: number;
  readonly thing: string;
  readonly act: string;
  readonly keys: ReadonlyMap<string, Entry>;
}

function readSteps(
  yaml: ScenarioYaml,
  entry: Entry | undefined,
  systems: readonly SystemPlan[],
  cables: readonly CablePlan[],
): Step[] {
  const list = yaml.yaml.resolve(entry?.value);
  if (entry === undefined || list == null) return [];
  if (!isSeq(list)) {
    yaml.problem(yaml.placeOf(entry), 'steps', 'not a list', `write ${STEP_EXAMPLE}`);
    return [];
  }
  const timed: Timed[] = [];
  for (const [index, item] of list.items.entries()) {
    const step = readTimed(yaml, item as Node, `steps[${index + 1}]`, timed.at(-1)?.at ?? 0);
    if (step !== undefined) timed.push(step);
  }
  const worlds = new Map(systems.map((plan) => [plan.name, new SystemWorld(plan)]));
  // Of the same time, in the order of the file: sorting is stable.
  return [...timed]
    .sort((a, b) => a.at - b.at)
    .flatMap(({ at, thing, act, keys }) => {
      const entry = keys.get(act);
      if (entry === undefined) return [];
      const acts = readActs(act, { yaml, systems, cables, worlds, at, thing, entry, keys });
      return acts.map((act): Step => ({ at, line: entry.place.line, act }));
    });
}

/** `before`: the time of the step before. */
function readTimed(yaml: ScenarioYaml, item: Node, thing: string, before: number): Timed | undefined {
  const all = yaml.yaml.entries(item, thing, '{ at: 10s, cut: c1 }');
  const act = all.find(({ name }) => ACTS.includes(name))?.name;
  const place = yaml.yaml.placeOf(item);
  const known = act === undefined ? [] : keysWith(act);
  // Only now is known what may stand beside it.
  const keys = yaml.among(all, thing, ['at', 'after', ...(act === undefined ? ACTS : known)]);
  if (act === undefined) {
    return yaml.problem(place, thing, 'says nothing to be done', `give it one of ${ACTS.join(', ')}`);
  }
  const at = yaml.quantity(keys.get('at'), thing, TIME);
  const after = yaml.quantity(keys.get('after'), thing, TIME);
  if (keys.has('at') === keys.has('after')) {
    const problem = keys.has('at') ? 'has both at and after' : 'has no time';
    return yaml.problem(place, thing, problem, 'say at: 10s, or after: 2s for so long after the step before');
  }
  return {
    at: at ?? before + (after ?? 0),
    thing,
    act,
    keys: new Map([...keys].filter(([name]) => known.includes(name))),
  };
}
