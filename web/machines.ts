/** The machines of one port, each with the state that it is in lit, and what would lead out of it. */
import type { ShownMachine, StateDocument } from '../src/daemon/http/documents.js';
import type { ShownPort } from '../src/daemon/messages.js';
import { byId, choices, draw, make } from './dom.js';

interface Figure {
  readonly machine: ShownMachine;
  readonly picture: HTMLElement;
  readonly now: HTMLElement;
  readonly ways: HTMLElement;
}

export class Machines {
  readonly #section = byId('machines');
  readonly #select = byId<HTMLSelectElement>('machines-port');
  #figures: Figure[] = [];
  #ports: readonly ShownPort[] = [];

  /** `chosen`: another port is shown. */
  constructor(private readonly chosen: (port: string) => void) {
    this.#select.addEventListener('change', () => this.#show());
    void this.#load();
  }

  update({ show }: StateDocument): void {
    this.#ports = show.aggregators.flatMap(({ ports }) => ports);
    choices(
      this.#select,
      this.#ports.map(({ name, aggregator }) => [name, `${name} of ${aggregator}`]),
    );
    this.#section.hidden = this.#ports.length === 0 || this.#figures.length === 0;
    this.#show();
  }

  choose(port: string): void {
    this.#select.value = port;
    this.#show();
    this.#section.scrollIntoView({ block: 'start' });
  }

  async #load(): Promise<void> {
    const machines: readonly ShownMachine[] = await (await fetch('/machines.json')).json(); // made by our build
    const place = this.#section.querySelector('.figures');
    this.#figures = machines.map((machine) => {
      const picture = make('div', { class: 'picture' });
      const now = make('p', { class: 'now', role: 'status' });
      const ways = make('ul', { class: 'ways' });
      const title = make('h3', {}, machine.title, make('span', { class: 'faint' }, ` ${machine.clause}`));
      place?.append(make('div', { class: 'figure', 'data-machine': machine.name }, title, now, picture, ways));
      draw(picture, machine.svg);
      return { machine, picture, now, ways };
    });
  }

  #show(): void {
    const port = this.#ports.find(({ name }) => name === this.#select.value);
    if (port === undefined) return;
    for (const figure of this.#figures) light(figure, String(port[figure.machine.field]));
    this.chosen(port.name);
  }
}

function light({ machine, picture, now, ways }: Figure, status: string): void {
  if (now.textContent === status) return;
  now.textContent = status;
  // Where two states are one in the status, either may be it.
  const states = new Set(machine.states.filter((state) => state.status === status).map(({ name }) => name));
  for (const state of picture.querySelectorAll('[data-state]')) {
    state.classList.toggle('lit', states.has(state.getAttribute('data-state') ?? ''));
  }
  for (const arrow of picture.querySelectorAll('[data-from]')) {
    arrow.classList.toggle('way', states.has(arrow.getAttribute('data-from') ?? ''));
  }
  const items = machine.ways.flatMap(({ from, to, when, actions }, place) => {
    if (!states.has(from)) return [];
    const where = from === to ? 'stays' : `to ${to}`;
    const does = actions.length === 0 ? '' : ` (${actions.join(', ')})`;
    return [make('li', {}, make('b', {}, `${place + 1} `), make('b', {}, where), `: ${when}${does}`)];
  });
  ways.replaceChildren(...items);
}
