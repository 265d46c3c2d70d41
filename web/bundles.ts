/** The interfaces: each drawn, with what `vethcfg why` says of its ports, and its traffic. */
import type { StateDocument } from '../src/daemon/http/documents.js';
import type { ShownAggregator, ToldPort, ToldVerdict } from '../src/daemon/messages.js';
import { bundlePicture } from '../src/pictures/bundle.js';
import { lookOf } from '../src/pictures/look.js';
import { statusBundle } from '../src/pictures/status-bundle.js';
import { draw, make } from './dom.js';
import type { Rates } from './rates.js';
import { Traffic } from './traffic.js';

interface Section {
  readonly section: HTMLElement;
  readonly title: HTMLElement;
  readonly drawing: HTMLElement;
  readonly notes: HTMLElement;
  readonly traffic: Traffic;
}

export class Bundles {
  readonly #sections = new Map<string, Section>();
  #state: StateDocument | undefined;
  #chosen: string | undefined;

  constructor(
    private readonly place: HTMLElement,
    private readonly rates: Rates,
    /** A link was chosen by its picture. */
    private readonly choose: (port: string) => void,
  ) {
    new ResizeObserver(() => this.#redraw()).observe(place);
    const chosen = (event: Event) => {
      const port = event.target instanceof Element ? event.target.closest('[data-port]') : null;
      if (port === null) return;
      event.preventDefault();
      this.choose(port.getAttribute('data-port') ?? '');
    };
    place.addEventListener('click', chosen);
    place.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') chosen(event);
    });
  }

  update(state: StateDocument): void {
    this.#state = state;
    const { aggregators } = state.show;
    for (const [name, { section }] of this.#sections) {
      if (aggregators.some((each) => each.name === name)) continue;
      section.remove();
      this.#sections.delete(name);
    }
    this.place.querySelector('.empty')?.remove();
    if (aggregators.length === 0) {
      const command = make('code', {}, 'vethcfg add PORT VETH');
      this.place.append(make('p', { class: 'empty' }, 'No interface yet; make one with ', command));
    }
    for (const aggregator of aggregators) {
      const { title, notes, traffic } = this.#section(aggregator.name);
      title.textContent = titleOf(aggregator);
      fill(notes, notesOf(aggregator, state.why.ports));
      traffic.update(aggregator);
    }
    this.#redraw();
  }

  /** The picture shows which port is chosen. */
  mark(port: string): void {
    this.#chosen = port;
    for (const { drawing } of this.#sections.values()) this.#press(drawing);
  }

  #redraw(): void {
    const width = Math.floor(this.place.clientWidth);
    if (this.#state === undefined || width === 0) return;
    const { machine, show, why } = this.#state;
    for (const aggregator of show.aggregators) {
      const { drawing } = this.#section(aggregator.name);
      if (draw(drawing, bundlePicture(statusBundle(machine, aggregator, why.ports), width))) this.#press(drawing);
    }
  }

  #press(drawing: HTMLElement): void {
    for (const link of drawing.querySelectorAll('[data-port]')) {
      link.setAttribute('aria-pressed', String(link.getAttribute('data-port') === this.#chosen));
    }
  }

  #section(name: string): Section {
    const known = this.#sections.get(name);
    if (known !== undefined) return known;
    const title = make('h2');
    const drawing = make('div', { class: 'drawing' });
    const notes = make('ul', { class: 'notes' });
    const plots = make('div', { class: 'plots' });
    const section = make('section', { 'data-veth': name }, title, drawing, notes, make('h3', {}, 'Traffic'), plots);
    this.place.append(section);
    const entry = { section, title, drawing, notes, traffic: new Traffic(plots, this.rates) };
    this.#sections.set(name, entry);
    return entry;
  }
}

function titleOf({ name, carrier, ports }: ShownAggregator): string {
  const used = ports.filter(({ distributing }) => distributing).length;
  return `${name}: carrier ${carrier ? 'on' : 'off'}, ${used} of ${ports.length} links in use`;
}

function notesOf({ name, notes, ports }: ShownAggregator, told: readonly ToldPort[]): HTMLElement[] {
  return [
    ...notes.map((note) => make('li', {}, make('p', {}, note))),
    ...ports.flatMap((port) =>
      told
        .filter(({ veth, port: of }) => veth === name && of === port.name)
        .flatMap(({ verdicts }) => verdicts)
        .map((verdict) => verdictOf(port.name, lookOf(port), verdict)),
    ),
  ];
}

const SIDES = { here: ' here', partner: ' at the far end', link: ' on the link', none: '' } as const;

function verdictOf(port: string, look: string, verdict: ToldVerdict): HTMLElement {
  const { cause, text, machine, clause, field, own, other, repair, side } = verdict;
  const values = [own === undefined ? [] : `here ${own}`, other === undefined ? [] : `there ${other}`]
    .flat()
    .join(', ');
  return make(
    'li',
    { class: look },
    make('p', {}, make('b', {}, `${port}: ${cause}`), ` ${text}`),
    make(
      'p',
      { class: 'faint' },
      `decided by ${machine} (${clause})${field === undefined ? '' : `; ${field}: ${values}`}`,
    ),
    make('p', {}, `repair${SIDES[side]}: ${repair}`),
  );
}

/** Only what differs is put in, so that what is being read stays. */
function fill(place: HTMLElement, items: readonly HTMLElement[]): void {
  const same =
    items.length === place.children.length && items.every((item, at) => place.children[at]?.isEqualNode(item));
  if (!same) place.replaceChildren(...items);
}
