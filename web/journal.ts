/** The journal: the newest lines, as `vethcfg events` prints them, of one port or with some words where that is chosen. */
import type { JournalPart } from '../src/daemon/http/documents.js';
import { byId, choices, make } from './dom.js';

/** Lines that are kept. */
const MOST = 1_000;
/** So near to the end, in pixels, new lines pull the view along. */
const NEAR = 40;

interface Line {
  readonly time: string;
  readonly veth: string;
  readonly port: string;
  readonly what: string;
}

export class Journal {
  readonly #list: HTMLElement;
  readonly #port = byId<HTMLSelectElement>('journal-port');
  readonly #words = byId<HTMLInputElement>('journal-words');
  readonly #hold = byId<HTMLButtonElement>('journal-hold');
  #lines: Line[] = [];
  #held = false;
  /** The end is in view. */
  #following = true;

  constructor() {
    const list = byId('journal').querySelector<HTMLElement>('ol');
    if (list === null) throw new Error('index.html has no list in #journal');
    this.#list = list;
    list.addEventListener('scroll', () => {
      this.#following = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
    });
    new ResizeObserver(() => this.#follow()).observe(list);
    this.#port.addEventListener('change', () => this.#show());
    this.#words.addEventListener('input', () => this.#show());
    this.#hold.addEventListener('click', () => {
      this.#held = !this.#held;
      this.#hold.setAttribute('aria-pressed', String(this.#held));
      if (!this.#held) this.#show();
    });
  }

  add({ lines, missed }: JournalPart, anew: boolean): void {
    const gap = missed > 0 ? [{ time: '', veth: '-', port: '-', what: `${missed} entries were missed` }] : [];
    const more = [...gap, ...lines.map(read)];
    this.#lines = [...(anew ? [] : this.#lines), ...more].slice(-MOST);
    if (this.#held) return;
    if (anew) this.#show();
    else this.#append(more);
  }

  /** What can be chosen. */
  ports(names: readonly string[]): void {
    choices(this.#port, [['', 'everything'], ...names.map((name) => [name, name] as const)]);
  }

  #wanted = ({ veth, port, what }: Line): boolean =>
    (this.#port.value === '' || this.#port.value === port || this.#port.value === veth) &&
    what.toLowerCase().includes(this.#words.value.toLowerCase());

  #show(): void {
    this.#list.replaceChildren();
    this.#following = true;
    this.#append(this.#lines);
  }

  #follow(): void {
    if (this.#following) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #append(lines: readonly Line[]): void {
    const list = this.#list;
    list.append(...lines.filter(this.#wanted).map(item));
    while (list.children.length > MOST) list.firstElementChild?.remove();
    this.#follow();
  }
}

/** `TIME INTERFACE PORT WHAT` */
function read(line: string): Line {
  const [, time = '', veth = '-', port = '-', what = line] = /^(\S+) (\S+) (\S+) (.*)$/.exec(line) ?? [];
  return { time, veth, port, what };
}

function item({ time, veth, port, what }: Line): HTMLElement {
  const step = / -> \w+$/.test(what) ? 'step' : '';
  const clock = make('time', { datetime: time, title: time }, time.slice(11, 23));
  return make(
    'li',
    {},
    clock,
    make('span', {}, port === '-' ? veth : `${veth} ${port}`),
    make('span', { class: step }, what),
  );
}
