/** Octets that ports have sent lately, for `vethcfg show`: their counters are looked at every few seconds. */
import type { Clock } from '../aggregator/io.js';
import type { Bundle } from './bundle.js';

/** Milliseconds between two looks, and how far back they are kept. */
const Look_Every = 5_000;
const Look_Back = 60_000;

/** Octets sent since each port came, by interface name and ifindex. */
export type SentOctets = ReadonlyMap<string, ReadonlyMap<number, number>>;

export interface Lately {
  /** So long ago the looking back begins, at most a minute. */
  readonly seconds: number;
  /** By ifindex. */
  readonly octets: ReadonlyMap<number, number>;
}

export class RecentTraffic {
  /** Oldest first. */
  #looks: { readonly at: number; readonly sent: SentOctets }[] = [];
  #timer: unknown;

  constructor(
    private readonly clock: Clock,
    private readonly read: () => SentOctets,
  ) {}

  start(): void {
    const now = this.clock.now();
    this.#looks = [...this.#looks.filter(({ at }) => at >= now - Look_Back), { at: now, sent: this.read() }];
    this.#timer = this.clock.setTimeout(() => this.start(), Look_Every);
  }

  stop(): void {
    if (this.#timer !== undefined) this.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** What the ports of an interface have sent lately; undefined: it has just come. */
  of(veth: string): Lately | undefined {
    const first = this.#looks.find(({ sent }) => sent.has(veth));
    const seconds = first === undefined ? 0 : (this.clock.now() - first.at) / 1_000;
    if (first === undefined || seconds <= 0) return undefined;
    const before = first.sent.get(veth);
    const octets = [...(this.read().get(veth) ?? [])].map(([ifindex, now]): [number, number] => {
      const then = before?.get(ifindex) ?? 0;
      return [ifindex, now < then ? now : now - then]; // a port that was away counts anew
    });
    return { seconds, octets: new Map(octets) };
  }
}

/** What the data paths have counted. */
export function sentOctets(bundles: ReadonlyMap<string, Bundle>): SentOctets {
  const ofPorts = ({ datapath }: Bundle) =>
    [...datapath.counters().ports].map(([ifindex, { txBytes }]): [number, number] => [ifindex, txBytes]);
  return new Map([...bundles].map(([name, bundle]) => [name, new Map(ofPorts(bundle))]));
}
