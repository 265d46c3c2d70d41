/** A machine as a Mermaid `stateDiagram-v2`, which many Markdown viewers draw. */
import type { GraphTransition, MachineGraph } from './graph.js';

/** Each state is a box with its entry actions line by line, as in the standard's figures. Ends without a line end. */
export function mermaid({ initial, states, transitions }: MachineGraph): string {
  return [
    'stateDiagram-v2',
    `[*] --> ${initial} : BEGIN`,
    ...states.flatMap(({ name, entry, exit }) => [
      `${name} : ${name}`,
      ...entry.map((action) => `${name} : ${text(action)}`),
      ...exit.map((action) => `${name} : on leaving, ${text(action)}`),
    ]),
    ...merged(transitions).map(([from, to, label]) => `${from} --> ${to} : ${label}`),
  ].join('\n    ');
}

/** One arrow for all that leads from one state to another, so that drawings stay readable. */
function merged(transitions: readonly GraphTransition[]): [from: string, to: string, label: string][] {
  const labels = new Map<string, [from: string, to: string, labels: string[]]>();
  for (const transition of transitions) {
    const { from, to = from } = transition;
    const arrow = labels.get(`${from} ${to}`);
    if (arrow === undefined) labels.set(`${from} ${to}`, [from, to, [label(transition)]]);
    else arrow[2].push(label(transition));
  }
  return [...labels.values()].map(([from, to, all]) => [from, to, all.join('<br/>or ')]);
}

function label({ event, guard, actions }: GraphTransition): string {
  const condition = [event, guard].filter((words) => words !== undefined).join(', ') || 'UCT';
  const words = actions.length === 0 ? condition : `${condition} / ${actions.join(', ')}`;
  // Short and in short lines: labels that are wider than the gaps between boxes cover each other.
  return text(words.replaceAll('Partner_Oper_Port_State.', 'Partner ').replaceAll('Actor_Oper_Port_State.', 'Actor '))
    .replaceAll(/ (?=and |or |\/ )/g, '<br/>')
    .replaceAll(', ', ',<br/>');
}

/** Colon and semicolon end a text in Mermaid. */
const text = (words: string): string => words.replaceAll(/[:;]/g, ',');
