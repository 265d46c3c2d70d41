/** One picture of `vethcfg top`: lines of text, none longer than the screen is wide. Pure. */

import { MUX_WORDS, RECEIVE_WORDS, SELECTED_WORDS } from '../../src/aggregator/status-words.js';
import type { ShownPort } from '../../src/daemon/messages.js';
import type { Style } from '../style.js';
import { detail } from './detail.js';
import { cut, type Line } from './line.js';
import type { TopInterface, TopModel, TopPort } from './model.js';
import { bitsPerSecond, percent, perSecond } from './units.js';

/** What is shown beside what vethd says. */
export interface View {
  /** `12:34:56`. */
  readonly time: string;
  readonly intervalMs: number;
  /** The chosen port and all that vethd shows of it; undefined: none is. */
  readonly chosen?: ShownPort | undefined;
  readonly paused?: boolean;
  readonly help?: boolean;
  /** Why there is nothing new: vethd does not answer. */
  readonly trouble?: string | undefined;
  /** Of the journal, oldest first. */
  readonly events: readonly string[];
  /** Keys do something. */
  readonly interactive: boolean;
}

export interface Size {
  readonly columns: number;
  /** Undefined: as many as it takes, with the last ten events. */
  readonly rows: number | undefined;
}

/** Narrower screens are cut off at the right. */
export const LEAST_COLUMNS = 60;
const EVENTS_WITHOUT_ROWS = 10;

export function frame(model: TopModel | undefined, view: View, { columns, rows }: Size, paint: Style): string[] {
  const width = Math.max(LEAST_COLUMNS, columns);
  const head = [headLine(model, view, paint), ...troubleLines(view, paint)];
  const body = view.help ? HELP : (model?.interfaces.flatMap((each) => interfaceLines(each, view, width, paint)) ?? []);
  const more = view.chosen === undefined || view.help ? [] : detail(view.chosen, verdictsOf(model, view.chosen), paint);
  const none = model?.interfaces.length === 0 ? [['no interfaces; make one with: vethcfg add PORT VETH']] : [];
  const foot: Line[] = view.interactive ? [[{ text: KEYS, paint: paint.bold }]] : [];
  const above = [...head, ...none, ...body, ...more];
  const room = rows === undefined ? EVENTS_WITHOUT_ROWS : rows - above.length - foot.length - 2;
  const events = view.help || room <= 0 ? [] : view.events.slice(-room);
  const last: Line[] = events.length === 0 ? [] : [[], [{ text: 'last events', paint: paint.bold }]];
  const lines = [...above, ...last, ...events.map((event): Line => [event])];
  // The foot keeps its place at the bottom, whatever there is no room for.
  const kept = rows === undefined ? lines : lines.slice(0, Math.max(0, rows - foot.length));
  return [...kept, ...foot].map((line) => cut(line, Math.max(1, Math.min(width, columns))));
}

const KEYS = 'q quit   ↑ ↓ choose a port   Esc none   p pause   h help';

const HELP: Line[] = [
  [],
  ['  ↑ ↓ Tab k j    choose a port, and show all about it'],
  ['  Esc            choose none'],
  ['  p, space       pause; vethd is not asked meanwhile'],
  ['  h, ?           this help; any key ends it'],
  ['  q, Ctrl-C      quit'],
  [],
  ['  S, MUX, RECV: as in vethcfg status (vethcfg help status)'],
  ['  in, out: octets of frames in bits a second; frames a second'],
  ['  buckets: part of the conversations that leave by the port'],
  ['  traffic: part of the octets sent in the last minute'],
  ['  LACPDUs: received and sent since the port was added'],
].map((line): Line => line);

function headLine(model: TopModel | undefined, view: View, paint: Style): Line {
  const every = `every ${view.intervalMs / 1_000} s`;
  const vethd = model === undefined ? '' : `, vethd ${model.version}, data path ${model.datapath}`;
  return [
    { text: 'vethcfg top', paint: paint.bold },
    `  ${view.time}, `,
    view.paused ? { text: 'paused', paint: paint.bad } : every,
    vethd,
  ];
}

const troubleLines = ({ trouble }: View, paint: Style): Line[] =>
  trouble === undefined ? [] : [[{ text: `no answer, trying again: ${trouble}`, paint: paint.bad }]];

const verdictsOf = (model: TopModel | undefined, { aggregator, name }: ShownPort) =>
  model?.interfaces.find((each) => each.name === aggregator)?.ports.find((port) => port.name === name)?.verdicts ?? [];

function interfaceLines(shown: TopInterface, { chosen }: View, width: number, paint: Style): Line[] {
  const { name, carrier, ports, partnerSystem } = shown;
  const columns = chosenColumns(ports, width);
  const inUse = ports.filter(({ mux }) => mux === 'DISTRIBUTING' || mux === 'COLLECTING_DISTRIBUTING').length;
  const padded = (text: string, { left, size }: Sized) => (left ? text.padEnd(size) : text.padStart(size));
  return [
    [],
    [
      { text: name, paint: paint.bold },
      '  ',
      carrier ? { text: 'carrier on', paint: paint.good } : { text: 'carrier off', paint: paint.bad },
      `, ${inUse} of ${ports.length} distributing, in ${bitsPerSecond(shown.in?.bits)}, ` +
        `out ${bitsPerSecond(shown.out?.bits)}, partner ${partnerSystem ?? 'none'}`,
    ],
    [`  ${columns.map((column) => padded(column.head, column)).join(' ')}`],
    ...ports.flatMap((port): Line[] => {
      const marked = chosen?.name === port.name && chosen.aggregator === name;
      const text = `${marked ? '> ' : '  '}${columns.map((column) => padded(column.cell(port), column)).join(' ')}`;
      const [verdict] = port.verdicts;
      return [
        [{ text, paint: marked ? paint.bold : verdict?.weight === 'obstacle' ? paint.bad : undefined }],
        ...(verdict === undefined ? [] : [[`    ${verdict.cause}: ${verdict.text}`]]),
      ];
    }),
  ];
}

interface Column {
  readonly head: string;
  /** Widest cell that is usual; so columns stay where they are. */
  readonly least: number;
  readonly left?: boolean;
  cell(port: TopPort): string;
}

type Sized = Column & { readonly size: number };

/** In their order on the screen. */
const COLUMNS = {
  port: { head: 'Port', least: 5, left: true, cell: ({ name }: TopPort) => name },
  selected: { head: 'S', least: 1, left: true, cell: ({ selected }: TopPort) => SELECTED_WORDS[selected] },
  mux: { head: 'MUX', least: 6, left: true, cell: ({ mux }: TopPort) => MUX_WORDS[mux] },
  receive: { head: 'RECV', least: 6, left: true, cell: ({ receive }: TopPort) => RECEIVE_WORDS[receive] },
  in: { head: 'in', least: 11, cell: (port: TopPort) => bitsPerSecond(port.in?.bits) },
  out: { head: 'out', least: 11, cell: (port: TopPort) => bitsPerSecond(port.out?.bits) },
  framesIn: { head: 'fr/s in', least: 7, cell: (port: TopPort) => perSecond(port.in?.frames) },
  framesOut: { head: 'fr/s out', least: 8, cell: (port: TopPort) => perSecond(port.out?.frames) },
  buckets: { head: 'buckets', least: 7, cell: ({ bucketShare }: TopPort) => percent(bucketShare) },
  traffic: { head: 'traffic', least: 7, cell: ({ trafficShare }: TopPort) => percent(trafficShare) },
  lacpdus: {
    head: 'LACPDUs',
    least: 11,
    cell: ({ lacpdusRx, lacpdusTx }: TopPort) => `${lacpdusRx}/${lacpdusTx}`,
  },
} as const satisfies Readonly<Record<string, Column>>;

/** What a narrow screen keeps first. */
const PRIORITY: readonly (keyof typeof COLUMNS)[] = [
  'port',
  'selected',
  'mux',
  'in',
  'out',
  'receive',
  'buckets',
  'traffic',
  'framesIn',
  'framesOut',
  'lacpdus',
];

function chosenColumns(ports: readonly TopPort[], width: number): Sized[] {
  const sized = (column: Column): Sized => ({
    ...column,
    size: Math.max(column.least, column.head.length, ...ports.map((port) => column.cell(port).length)),
  });
  let room = width - 2;
  const fitting = new Set<string>();
  for (const name of PRIORITY) {
    room -= sized(COLUMNS[name]).size + 1;
    if (room < -1) break;
    fitting.add(name);
  }
  return Object.entries(COLUMNS).flatMap(([name, column]) => (fitting.has(name) ? [sized(column)] : []));
}
