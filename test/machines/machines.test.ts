/** The machines as graphs and pictures: read from what runs, and docs/machines.md with them. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { portMachine } from '../../src/aggregator/port.machine.js';
import { machinesDocument } from '../../src/machines/document.js';
import { type MachineGraph, machineGraphs } from '../../src/machines/graph.js';
import { mermaid } from '../../src/machines/mermaid.js';
import { ACTIONS, EVENTS, GUARDS } from '../../src/machines/words.js';
import { twoSystems } from '../support/system-lab.js';

const graphs = machineGraphs();

function graph(name: string): MachineGraph {
  const found = graphs.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no machine ${name}`);
  return found;
}

const arrows = (machine: string, from: string, to: string | undefined) =>
  graph(machine).transitions.filter((each) => each.from === from && each.to === to);

test('docs/machines.md is what the definitions give (`npm run machines` writes it)', () => {
  expect(readFileSync(new URL('../../docs/machines.md', import.meta.url), 'utf8')).toBe(machinesDocument());
});

test('every machine that runs is there, in its order', () => {
  expect(graphs.map(({ name }) => name)).toEqual(Object.keys(portMachine.config.states ?? {}));
});

test('arrows have condition, event, action and clause of the figure', () => {
  expect(arrows('mux', 'COLLECTING', 'DISTRIBUTING')).toEqual([
    {
      from: 'COLLECTING',
      to: 'DISTRIBUTING',
      event: undefined,
      guard:
        'Selected = SELECTED and Partner_Oper_Port_State.Synchronization = TRUE and Partner_Oper_Port_State.Collecting = TRUE and not held back',
      actions: [],
      clause: 'x.4.15',
    },
  ]);
  expect(arrows('receive', 'CURRENT', 'EXPIRED')).toMatchObject([{ event: 'current_while_timer expired' }]);
  expect(arrows('mux', 'WAITING', undefined)).toMatchObject([
    { guard: 'the partner is taken for granted and Ready_N = FALSE', clause: undefined },
    { event: 'wait_while_timer expired', actions: ['stop wait_while_timer', 'Ready_N = TRUE'] },
  ]);
  expect(arrows('mux', 'DISTRIBUTING', 'COLLECTING').map(({ clause }) => clause)).toEqual([
    'x.4.15',
    undefined,
    undefined,
  ]);
});

test('there are words for every guard and action, and for nothing else', () => {
  const { guards, actions } = portMachine.implementations;
  const used = JSON.stringify(graphs);
  expect(Object.keys(ACTIONS).sort()).toEqual(Object.keys(actions).sort());
  // Selected_SELECTED is a guard that no arrow has.
  expect(Object.keys(guards).filter((guard) => !(guard in GUARDS))).toEqual(['Selected_SELECTED']);
  for (const { text } of Object.values(GUARDS)) expect(used).toContain(JSON.stringify(text).slice(1, -1));
  const events = new Set(portMachine.events.filter((event) => !event.endsWith('_expired')));
  expect(new Set(Object.keys(EVENTS))).toEqual(events);
});

test('each state that a port has in the status, up, idle or cut, is found in its graph', () => {
  const lab = twoSystems(2, { rate: 'fast' }, { rate: 'fast' }, 1);
  const found = new Map<string, Set<string>>();
  for (let step = 0; step < 100; step += 1) {
    const [cable] = lab.cables;
    if (cable !== undefined) cable.cut = step >= 50;
    for (const port of lab.a.system.status().aggregators[0]?.ports ?? []) {
      for (const { name, statusField, states } of graphs) {
        if (statusField === undefined) continue;
        const lit = states.filter(({ status }) => status === port[statusField]);
        expect(lit.length, `${name} ${String(port[statusField])}`).toBeGreaterThan(0);
        found.set(name, (found.get(name) ?? new Set()).add(lit[0]?.name ?? ''));
      }
    }
    lab.clock.advance(200);
  }
  expect(found.get('mux')).toEqual(new Set(['WAITING', 'ATTACHED', 'DISTRIBUTING', 'DETACHED']));
});

test.each(graphs)('$name: Mermaid can read the picture', (machine) => {
  const [head, ...lines] = mermaid(machine)
    .split('\n')
    .map((line) => line.trim());
  expect(head).toBe('stateDiagram-v2');
  // What its grammar takes of a statement: an arrow or a state, a colon, and a text without colon, semicolon, # or %%.
  const words = '(?:[^:;#%<>]|<br/>)+';
  const state = new RegExp(`^\\w+ : ${words}$`);
  const leads = new RegExp(`^(?:\\w+|\\[\\*\\]) --> \\w+ : ${words}$`);
  const names = new Set(machine.states.map(({ name }) => name));
  for (const line of lines) {
    expect(line).toMatch(line.includes('-->') ? leads : state);
    const [left = '', right] = line.split(' : ')[0]?.split(' --> ') ?? [];
    for (const name of [left, right]) expect(name === undefined || name === '[*]' || names.has(name)).toBe(true);
  }
  // Each arrow of the machine is in the picture once.
  const drawn = lines.filter((line) => line.includes(' --> ')).join(' ');
  for (const { from, to = from } of machine.transitions) expect(drawn).toContain(`${from} --> ${to} :`);
});
