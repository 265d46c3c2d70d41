/** docs/machines.md: every machine of a port as a picture and as tables. */
import { type GraphTransition, type MachineGraph, machineGraphs, outsideFacts } from './graph.js';
import { mermaid } from './mermaid.js';

export function machinesDocument(): string {
  return `${[HEAD, ...machineGraphs().map(section), facts()].join('\n\n')}\n`;
}

const HEAD = `# The machines of a port

Made by \`npm run machines\` from the definitions that run (\`src/lacp\`, \`src/mux\`, \`src/aggregator\`); a test fails when
this page says anything else. \`src/machines\` gives the same as data, to draw.

States have the names of the standard, and those of the journal and of \`vethcfg --json status\`. Boxes hold the entry
actions in their order. An arrow without an event is taken as soon as its condition holds; one without both is UCT
(unconditional transfer). Clause numbers x.4.y hold for 802.3ad-2000 (x = 43), 802.1AX-2008 (x = 5) and 802.1AX-2014 and
2020 (x = 6); _ours_ marks what the figure of that clause does not have. The machines run in the order of this page, over
one set of variables.`;

function section(graph: MachineGraph): string {
  const { title, clause, note, name, statusField, states, transitions } = graph;
  const told = statusField === undefined ? '' : `, \`${statusField}\` in the status`;
  return [
    `## ${title}`,
    wrapped(`Clause ${clause}. \`${name}\` in the journal${told}. ${note}`),
    `\`\`\`mermaid\n${mermaid(graph)}\n\`\`\``,
    table(
      ['state', 'on entry', 'on leaving'],
      states.map(({ name: state, entry, exit }) => [state, entry.join('; '), exit.join('; ')]),
    ),
    table(['from', 'event', 'condition', 'to', 'action', 'clause'], transitions.map(row)),
  ].join('\n\n');
}

const row = ({ from, event, guard, to, actions, clause }: GraphTransition): string[] => [
  from,
  event ?? '',
  guard ?? (event === undefined ? 'UCT' : ''),
  to ?? '(stays)',
  actions.join('; '),
  clause ?? 'ours',
];

const facts = (): string => `## Facts from outside

Stored in the port's variables whatever the states are; then the conditions above are tried.

${table(
  ['event', 'what is stored'],
  outsideFacts().map(({ event, actions }) => [event, actions.join('; ')]),
)}`;

/** Lines of at most 120 characters. */
const wrapped = (words: string): string => words.replaceAll(/(.{1,120})(?: |$)/g, '$1\n').trimEnd();

/** Columns as wide as their widest cell; those without a word are left out. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = head.map((_, column) => column).filter((column) => rows.some((cells) => cells[column] !== ''));
  const pick = (cells: readonly string[]) => used.map((column) => cells[column] ?? '');
  const all = [head, ...rows].map(pick);
  const widths = used.map((_, column) => Math.max(3, ...all.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`;
  const [first = [], ...rest] = all;
  return [line(first), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest.map(line)].join('\n');
}
