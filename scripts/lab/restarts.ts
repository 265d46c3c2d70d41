/**
 * Restarts of one daemon of two, again and again, under traffic in both directions: what the wire, the partner and the
 * host saw of them, and whether that is what docs/restart.md promises.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Daemon } from './daemon.js';
import { LacpduWatch } from './lacpdu-watch.js';
import { nowMs } from './machine-clock.js';
import { type StreamResult, UdpStream } from './traffic.js';

export interface TwoDaemons {
  /** The one that is restarted. */
  readonly left: Daemon;
  readonly right: Daemon;
  readonly ports: readonly string[];
  /** Addresses on veth0. */
  readonly addresses: readonly [left: string, right: string];
}

export interface RestartOptions {
  readonly count: number;
  /** `vethcfg restart` instead of `kill -9` and a start. */
  readonly planned: boolean;
  /** Frames a second in each direction. */
  readonly rate: number;
  /** Longest random pause before each restart. */
  readonly pauseMs?: number;
  readonly progress?: (done: number, downMs: number) => void;
}

export interface RestartReport {
  readonly planned: boolean;
  /** `kernel` or `user`. */
  readonly datapath: string;
  readonly rate: number;
  /** Of each restart: until commands are taken again. */
  readonly downMs: readonly number[];
  /** Frames lost by each restart, both directions together. */
  readonly lost: readonly number[];
  /** Sent and lost in all, both directions together. */
  readonly sent: number;
  readonly lostInAll: number;
  readonly duplicates: number;
  readonly reordered: number;
  /** Longest silence of one flow. */
  readonly longestGapMs: number;
  readonly flowsDead: number;
  /** Between two LACPDUs of the restarted daemon on one link, and of its partner. */
  readonly gapsMs: { readonly ours: readonly number[]; readonly partner: readonly number[] };
  readonly lacpdus: number;
  readonly withoutSynchronization: number;
  /** Keys and port numbers that the restarted daemon gave a link; one a link unless something is wrong. */
  readonly identities: readonly string[];
  /** What the partner's Receive and Mux machines did meanwhile. */
  readonly partnerMoves: readonly string[];
}

const FLOWS = 4;
/** What our clock does not see of a downtime: the end of the process, and sockets opened before `ready` or after. */
const UNSEEN_MS = 250;

/** The group must be up, at the fast rate. */
export async function restartsUnderTraffic(two: TwoDaemons, options: RestartOptions): Promise<RestartReport> {
  const { left, right, ports, addresses } = two;
  const { count, planned, rate, pauseMs = 1_500, progress } = options;
  const [ours, partner] = await Promise.all([
    Promise.all(ports.map((port) => LacpduWatch.start(right.host, port, left, port))),
    Promise.all(ports.map((port) => LacpduWatch.start(left.host, port, right, port))),
  ]);
  const streams = await Promise.all([
    UdpStream.start(left.host, right.host, addresses[1], { rate, flows: FLOWS, port: 7000 }),
    UdpStream.start(right.host, left.host, addresses[0], { rate, flows: FLOWS, port: 7100 }),
  ]);
  const logged = right.log().length;
  const startedMs: number[] = [];
  const downMs: number[] = [];
  for (let done = 0; done < count; done += 1) {
    await delay(Math.random() * pauseMs);
    const from = nowMs();
    startedMs.push(from);
    if (planned) await left.mustCfg('restart');
    else {
      await left.crash();
      await left.start();
    }
    downMs.push(nowMs() - from);
    progress?.(done + 1, nowMs() - from);
  }
  const watches = [...ours, ...partner];
  await Promise.all(watches.map((watch) => watch.until()));
  const partnerMoves = right
    .log()
    .slice(logged)
    .split('\n')
    .filter((line) => / (mux|receive): /.test(line));
  const results = await Promise.all(streams.map((stream) => stream.stop()));
  await Promise.all(watches.map((watch) => watch.stop()));

  const sum = (of: (result: StreamResult) => number) => results.reduce((total, result) => total + of(result), 0);
  const gaps = (of: readonly LacpduWatch[]) => of.flatMap((watch) => watch.pauses().gapsMs);
  const { datapath } = JSON.parse(await left.mustCfg('--json show')) as {
    readonly datapath: { readonly kind: string };
  };
  return {
    planned,
    datapath: datapath.kind,
    rate,
    downMs,
    lost: lostByEach(
      startedMs,
      results.flatMap(({ holes }) => holes),
    ),
    sent: sum((result) => result.sent),
    lostInAll: sum((result) => result.lost),
    duplicates: sum((result) => result.duplicates),
    reordered: sum((result) => result.reordered),
    longestGapMs: Math.max(...results.map((result) => result.longestGapMs)),
    flowsDead: sum((result) => FLOWS - result.flowsAlive),
    gapsMs: { ours: gaps(ours), partner: gaps(partner) },
    lacpdus: watches.reduce((total, watch) => total + watch.pauses().lacpdus, 0),
    withoutSynchronization: watches.reduce((total, watch) => total + watch.pauses().withoutSynchronization, 0),
    identities: ours.flatMap((watch, i) => [
      ...new Set(watch.lacpdus().map(({ key, port }) => `${ports[i]}: key ${key}, port ${port}`)),
    ]),
    partnerMoves,
  };
}

/** What is not as promised, one line each. */
export function brokenPromises(report: RestartReport, links: number): string[] {
  const { planned, datapath, rate, gapsMs, identities, partnerMoves } = report;
  const longest = Math.max(...gapsMs.ours, ...gapsMs.partner);
  const mostLost = report.downMs.reduce((total, ms) => total + ((ms + UNSEEN_MS) * rate * 2) / 1_000, 0);
  const broken: (readonly [boolean, string])[] = [
    [report.withoutSynchronization > 0, `${report.withoutSynchronization} LACPDUs with Synchronization cleared`],
    [!(longest < 3_000), `${Math.round(longest)} ms between two LACPDUs on a link, 3000 are too many`],
    [identities.length !== links, `keys or port numbers changed: ${identities.join('; ')}`],
    [partnerMoves.length > 0, `the partner noticed: ${partnerMoves.join('; ')}`],
    [(planned || datapath === 'kernel') && report.lostInAll > 0, `${report.lostInAll} frames lost, none may be`],
    [report.lostInAll > mostLost, `${report.lostInAll} frames lost, ${Math.floor(mostLost)} would fit the downtime`],
    [report.duplicates > 0, `${report.duplicates} frames came twice`],
    [report.reordered > 0, `${report.reordered} frames were overtaken`],
    [report.flowsDead > 0, `${report.flowsDead} flows have ended`],
  ];
  return broken.flatMap(([isBroken, line]) => (isBroken ? [line] : []));
}

/** A hole belongs to the restart that began last before it ended. */
function lostByEach(startedMs: readonly number[], holes: StreamResult['holes']): number[] {
  const lost = startedMs.map(() => 0);
  for (const hole of holes) {
    const which = startedMs.findLastIndex((from) => from <= hole.toMs);
    if (which >= 0) lost[which] = (lost[which] ?? 0) + hole.lost;
  }
  return lost;
}
