/** Live plots, one a port, all of one interface with one scale. */
import uPlot from 'uplot';
import type { ShownAggregator } from '../src/daemon/messages.js';
import { make } from './dom.js';
import { type Rates, rateWords, WINDOW_S } from './rates.js';

const HEIGHT = 120;
/** More plots at a time would help nobody. */
const MOST_PLOTS = 32;

interface Plot {
  readonly figure: HTMLElement;
  readonly out: HTMLElement;
  readonly into: HTMLElement;
  readonly plot: uPlot;
}

export class Traffic {
  readonly #plots = new Map<string, Plot>();
  /** Highest rate shown, bits/s. */
  #most = 1_000;

  constructor(
    private readonly place: HTMLElement,
    private readonly rates: Rates,
  ) {
    new ResizeObserver(() => {
      for (const { figure, plot } of this.#plots.values()) plot.setSize({ width: figure.clientWidth, height: HEIGHT });
    }).observe(place);
  }

  update({ name: veth, ports }: ShownAggregator): void {
    const shown = ports.slice(0, MOST_PLOTS);
    for (const [name, { figure, plot }] of this.#plots) {
      if (shown.some((port) => port.name === name)) continue;
      plot.destroy();
      figure.remove();
      this.#plots.delete(name);
    }
    const columns = shown.map(({ name }) => ({ name, data: this.rates.of(veth, name) }));
    this.#most = Math.max(
      1_000,
      ...columns.flatMap(({ data: [, out, into] }) => [...out, ...into].map((rate) => rate ?? 0)),
    );
    for (const { name, data } of columns) {
      const { plot, out, into } = this.#plots.get(name) ?? this.#add(name);
      plot.setData([...data]);
      out.textContent = rateWords(data[1].at(-1));
      into.textContent = rateWords(data[2].at(-1));
    }
  }

  #add(name: string): Plot {
    const out = make('span', { class: 'out-rate rates' });
    const into = make('span', { class: 'in-rate rates' });
    const canvas = make('div', { 'aria-hidden': 'true' });
    const figure = make('figure', {}, make('figcaption', {}, make('b', {}, name), out, into), canvas);
    this.place.append(figure);
    const plot = new uPlot(this.#options(figure.clientWidth), [[], [], []], canvas);
    const entry = { figure, out, into, plot };
    this.#plots.set(name, entry);
    return entry;
  }

  #options(width: number): uPlot.Options {
    const axis: uPlot.Axis = {
      stroke: () => colour('--faint'),
      grid: { stroke: () => colour('--edge'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui, sans-serif',
    };
    return {
      width,
      height: HEIGHT,
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { time: false, range: (_, __, max) => [max - WINDOW_S, max] },
        y: { range: () => [0, this.#most * 1.05] },
      },
      axes: [
        { ...axis, size: 22, splits: minutes, values: (_, ticks) => ticks.map(ago) },
        { ...axis, size: 62, space: 28, values: (_, ticks) => ticks.map(rateWords) },
      ],
      series: [
        {},
        { label: 'out', stroke: () => colour('--out-line'), width: 2, spanGaps: false, points: { show: false } },
        { label: 'in', stroke: () => colour('--in-line'), width: 2, dash: [5, 4], points: { show: false } },
      ],
    };
  }
}

/** The last instant, and whole minutes before it. */
const minutes = (plot: uPlot): number[] =>
  Array.from({ length: WINDOW_S / 60 }, (_, back) => (plot.scales.x?.max ?? 0) - back * 60).reverse();

const ago = (_: number, place: number, ticks: readonly number[]): string =>
  place === ticks.length - 1 ? 'now' : `−${ticks.length - 1 - place} min`;

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name);
