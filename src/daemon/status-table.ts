/**
 * The status table of the seed's /proc/net/veth (README of veth-0.4.0): 11 right-justified columns, one blank
 * between, 79 characters a line; a longer name pushes its line to the right. Attested by the seed are the letters
 * L A S C D, `_`, and the words DIST, CURRNT, SLOW_P; the others are ours.
 */
import type { AggregatorStatus, PortStatus, SystemStatus } from '../aggregator/status.js';
import { MUX_WORDS, PERIODIC_WORDS, RECEIVE_WORDS, SELECTED_WORDS } from '../aggregator/status-words.js';
import { stateLetters } from '../lacp/port-state.js';

interface Column {
  readonly header: string;
  readonly width: number;
  cell(port: PortStatus, aggregator: AggregatorStatus): string;
}

const COLUMNS: readonly Column[] = [
  { header: 'S', width: 1, cell: (port) => SELECTED_WORDS[port.selected] },
  { header: 'Port', width: 4, cell: (port) => port.name },
  { header: 'Agg', width: 5, cell: (_, aggregator) => aggregator.name },
  { header: 'A_KEY', width: 5, cell: (port) => key(port.actor.Key) },
  { header: 'P_KEY', width: 5, cell: (port) => key(port.partner.Key) },
  { header: 'PARTNER_SYS', width: 12, cell: (port) => port.partner.System.replaceAll(':', '') },
  { header: 'MUX', width: 7, cell: (port) => MUX_WORDS[port.mux] },
  { header: 'RECV', width: 7, cell: (port) => RECEIVE_WORDS[port.receive] },
  { header: 'PERIO', width: 7, cell: (port) => PERIODIC_WORDS[port.periodic] },
  { header: 'A_STAT', width: 8, cell: (port) => stateLetters(port.actor.State) },
  { header: 'P_STAT', width: 8, cell: (port) => stateLetters(port.partner.State) },
];

/**
 * The table with its header line, each line ended by a newline. `only`: the name of one interface; an unknown name
 * gives the header alone (the daemon refuses such names before).
 */
export function statusTable(status: SystemStatus, only?: string): string {
  const shown = status.aggregators.filter(({ name }) => only === undefined || name === only);
  const header = COLUMNS.map((column) => column.header);
  const rows = shown.flatMap((aggregator) =>
    aggregator.ports.map((port) => COLUMNS.map((column) => column.cell(port, aggregator))),
  );
  return [header, ...rows].map(line).join('');
}

function line(cells: readonly string[]): string {
  return `${COLUMNS.map(({ width }, index) => (cells[index] ?? '').padStart(width)).join(' ')}\n`;
}

const key = (value: number) => value.toString(16).padStart(4, '0');
