/** What `vethcfg top` shows: two samples of what vethd says, and the rates between them. */
import type { ShownPort, ShowResult, ToldVerdict, WhyResult } from '../../src/daemon/messages.js';

export interface Sample {
  /** Milliseconds on a clock that only goes forward. */
  readonly at: number;
  readonly show: ShowResult;
  readonly why: WhyResult;
}

/** Of one direction, in a second. */
export interface Rate {
  /** Of the octets of frames, without preamble and check sequence. */
  readonly bits: number;
  readonly frames: number;
}

export interface TopPort {
  readonly name: string;
  readonly selected: ShownPort['selected'];
  readonly mux: ShownPort['mux'];
  readonly receive: ShownPort['receive'];
  readonly link: ShownPort['link'];
  /** Undefined: not known yet, or the port has just come. */
  readonly in: Rate | undefined;
  readonly out: Rate | undefined;
  /** Part of the buckets, and of the octets sent lately, 0 to 1. */
  readonly bucketShare: number | undefined;
  readonly trafficShare: number | undefined;
  readonly lacpdusRx: number;
  readonly lacpdusTx: number;
  /** As `vethcfg why`, most important first. */
  readonly verdicts: readonly ToldVerdict[];
}

export interface TopInterface {
  readonly name: string;
  readonly carrier: boolean;
  readonly partnerSystem: string | undefined;
  readonly in: Rate | undefined;
  readonly out: Rate | undefined;
  readonly ports: readonly TopPort[];
}

export interface TopModel {
  readonly version: string;
  readonly datapath: string;
  readonly interfaces: readonly TopInterface[];
}

export function topModel(before: Sample | undefined, now: Sample): TopModel {
  const earlier = new Map(before?.show.aggregators.flatMap(({ ports }) => ports.map((port) => [keyOf(port), port])));
  const seconds = before === undefined ? 0 : (now.at - before.at) / 1_000;
  return {
    version: now.show.version,
    datapath: now.show.datapath.kind,
    interfaces: now.show.aggregators.map(({ name, carrier, partnerSystem, ports: shown }) => {
      const ports = shown.map((port) => topPort(port, earlier.get(keyOf(port)), seconds, now.why));
      return {
        name,
        carrier,
        partnerSystem,
        in: sum(ports.map((port) => port.in)),
        out: sum(ports.map((port) => port.out)),
        ports,
      };
    }),
  };
}

/** A port that was taken away and added again has another number, or counts anew. */
const keyOf = ({ aggregator, name, number }: ShownPort): string => `${aggregator} ${name} ${number}`;

function topPort(port: ShownPort, before: ShownPort | undefined, seconds: number, why: WhyResult): TopPort {
  const { name, aggregator, selected, mux, receive, link, share, octetShare, counters, dataCounters: data } = port;
  const then = before?.dataCounters;
  return {
    name,
    selected,
    mux,
    receive,
    link,
    in: then && rate(data.rxBytes - then.rxBytes, data.rxFrames - then.rxFrames, seconds),
    out: then && rate(data.txBytes - then.txBytes, data.txFrames - then.txFrames, seconds),
    bucketShare: share,
    trafficShare: octetShare,
    lacpdusRx: counters.lacpdusRx,
    lacpdusTx: counters.lacpdusTx,
    verdicts: why.ports.find((told) => told.veth === aggregator && told.port === name)?.verdicts ?? [],
  };
}

/** Undefined where counters have gone backwards: they count anew. */
function rate(octets: number, frames: number, seconds: number): Rate | undefined {
  if (seconds <= 0 || octets < 0 || frames < 0) return undefined;
  return { bits: (octets * 8) / seconds, frames: frames / seconds };
}

function sum(rates: readonly (Rate | undefined)[]): Rate | undefined {
  const known = rates.filter((each) => each !== undefined);
  if (known.length === 0) return undefined;
  return known.reduce((all, { bits, frames }) => ({ bits: all.bits + bits, frames: all.frames + frames }));
}
