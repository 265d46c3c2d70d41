/** The machines of a port as the page shows them: laid out once, at the build, from the definitions that run. */
import { graphlib, layout } from '@dagrejs/dagre';
import type { ShownMachine } from '../../src/daemon/http/documents.js';
import { type MachineGraph, machineGraphs } from '../../src/machines/graph.js';
import {
  type Arrow,
  BOX_HEIGHT,
  boxWidth,
  type LaidOut,
  LOOP,
  labelWidth,
  machinePicture,
} from '../../src/pictures/machine.js';

/** Only those whose state the status tells. */
export function shownMachines(): ShownMachine[] {
  return machineGraphs().flatMap((graph): ShownMachine[] => {
    const { name, title, clause, note, statusField, states, transitions } = graph;
    if (statusField === undefined) return [];
    return [
      {
        name,
        title,
        clause,
        note,
        field: statusField,
        svg: machinePicture(name, title, laidOut(graph)),
        states: states.map(({ name: state, status, entry }) => ({ name: state, status, entry })),
        ways: transitions.map(({ from, to, event, guard, actions }) => ({
          from,
          to: to ?? from,
          when: [event, guard].filter((words) => words !== undefined).join(' and ') || 'at once',
          actions,
        })),
      },
    ];
  });
}

const MARGIN = 6;

function laidOut({ states, transitions, initial }: MachineGraph): LaidOut {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 26, edgesep: 18, ranksep: 34, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { name } of states) graph.setNode(name, { width: boxWidth(name), height: BOX_HEIGHT });
  const arrows = new Map<string, { from: string; to: string; numbers: number[] }>();
  for (const [place, { from, to = from }] of transitions.entries()) {
    const key = `${from} ${to}`;
    const arrow = arrows.get(key) ?? { from, to, numbers: [] };
    arrow.numbers.push(place + 1);
    arrows.set(key, arrow);
  }
  for (const { from, to, numbers } of arrows.values()) {
    graph.setEdge(from, to, { width: labelWidth(numbers), height: 14, labelpos: 'c', numbers });
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    initial,
    states: states.map(({ name }) => ({ name, ...place(graph.node(name)) })),
    arrows: [...arrows.values()].map(({ from, to, numbers }): Arrow => {
      const edge = graph.edge(from, to);
      const box = graph.node(from);
      const label = from === to ? { x: box.x + box.width / 2 + LOOP, y: box.y } : place(edge);
      return { from, to, numbers, points: edge.points.map(place), label };
    }),
  };
}

const place = ({ x, y }: { x: number; y: number }) => ({ x, y });
