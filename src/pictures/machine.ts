/** A state machine drawn: boxes for states, numbered arrows; which state is lit is up to who shows it. */
import { element, LETTER, text } from './svg.js';

/** Places in pixels; `x`, `y` of a box are those of its middle. */
export interface LaidOut {
  readonly width: number;
  readonly height: number;
  /** The state that is entered at BEGIN. */
  readonly initial: string;
  readonly states: readonly { readonly name: string; readonly x: number; readonly y: number }[];
  readonly arrows: readonly Arrow[];
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Numbers of the transitions that it stands for. */
  readonly numbers: readonly number[];
  readonly points: readonly Point[];
  /** Where the numbers are. */
  readonly label: Point;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const BOX_HEIGHT = 32;
/** From the box to the middle of the number of a loop. */
export const LOOP = 26;
export const boxWidth = (name: string): number => name.length * LETTER + 20;
export const labelWidth = (numbers: readonly number[]): number => numbers.join(' ').length * LETTER + 6;

/** `name` tells pictures of one page apart. States bear `data-state`, arrows `data-from`. */
export function machinePicture(name: string, title: string, machine: LaidOut): string {
  const { width, height } = machine;
  const head = `head-${name}`;
  const marker = element('marker', { ...ARROW_HEAD, id: head }, element('path', { d: 'M0 0L8 4L0 8z' }));
  const arrows = machine.arrows.map(({ from, to, points, numbers, label }) =>
    element(
      'g',
      { class: 'arrow', 'data-from': from },
      element('path', { d: from === to ? loop(label) : curve(points), 'marker-end': `url(#${head})` }) +
        text(label.x, label.y + 4, numbers.join(' '), { 'text-anchor': 'middle' }),
    ),
  );
  const states = machine.states.map(({ name: state, x, y }) =>
    element(
      'g',
      { class: state === machine.initial ? 'state initial' : 'state', 'data-state': state },
      element('rect', {
        x: x - boxWidth(state) / 2,
        y: y - BOX_HEIGHT / 2,
        width: boxWidth(state),
        height: BOX_HEIGHT,
        rx: 6,
      }) + text(x, y + 4, state, { 'text-anchor': 'middle' }),
    ),
  );
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'machine',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-label': `${title}: ${machine.states.map(({ name: state }) => state).join(', ')}`,
    },
    element('defs', {}, marker) + arrows.join('') + states.join(''),
  );
}

const ARROW_HEAD = {
  viewBox: '0 0 8 8',
  refX: 7,
  refY: 4,
  markerWidth: 9,
  markerHeight: 9,
  markerUnits: 'userSpaceOnUse',
  orient: 'auto',
  class: 'head',
} as const;

/** From a state to itself: `label` is beside the box, as far from it as the loop is wide. */
const loop = ({ x, y }: Point): string =>
  `M${x - LOOP} ${y - 7}C${x + 6} ${y - 18} ${x + 6} ${y + 18} ${x - LOOP} ${y + 7}`;

/** A smooth line through the points: straight ends, bends through the middles between inner points. */
function curve(points: readonly Point[]): string {
  const at = ({ x, y }: Point) => `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
  const [first, ...rest] = points;
  const last = rest.pop();
  if (first === undefined || last === undefined) return '';
  const bends = rest.map((point, place) => {
    const next = rest[place + 1];
    const to = next === undefined ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${at(point)} ${at(to)}`;
  });
  return [`M${at(first)}`, ...(bends.length === 0 ? [`L${at(last)}`] : bends)].join('');
}
