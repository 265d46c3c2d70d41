/** What a failure and a planned change cost, in frames and in milliseconds, on each data path and in Open vSwitch. */
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../../src/drivers/clock.js';
import type { Daemon } from '../../lab/daemon.js';
import { compiled } from '../../lab/daemon.js';
import { Lab } from '../../lab/lab.js';
import type { Running } from '../../lab/processes.js';
import type { StreamResult } from '../../lab/traffic.js';
import type { Plan } from '../options.js';
import { messageOf, passing, say } from '../progress.js';
import { PATH_TITLES } from '../report/sections.js';
import { FAILOVER_PATHS, type Failover, type FailoverPath, type FailoverSample } from '../results.js';
import { shuffled } from '../statistics.js';
import { missingDatapath } from '../variants/group.js';
import { missingOvs } from '../variants/open-vswitch.js';
import { HAPPENINGS, type Happening, PORT } from './events.js';
import { earlier, firstAfter, linesOf, observed } from './times.js';
import { buildWorld, underTraffic, type World } from './world.js';

/** Frames a second, each way. */
const RATE = 10_000;
const BEFORE_MS = 300;
const TABLE = 'frames go by a new table';

export async function benchFailover({ failoverRepetitions: repetitions }: Plan): Promise<Failover> {
  const lab = new Lab();
  const samples: FailoverSample[] = [];
  const failures: string[] = [];
  const leftOut: { title: string; reason: string }[] = [];
  try {
    say(`failover: building ${FAILOVER_PATHS.length} groups`);
    const failed = (what: string) => {
      failures.push(`failover, ${what}`);
      say(`failover: FAILED: ${what}`);
    };
    const built = await Promise.all(
      FAILOVER_PATHS.map(async (path): Promise<Watched[]> => {
        const reason = await missing(path);
        if (reason !== undefined) {
          leftOut.push({ title: PATH_TITLES[path], reason });
          say(`failover: without ${path}: ${reason}`);
          return [];
        }
        try {
          return [await watch(await buildWorld(lab, `f${path}`, path))];
        } catch (error) {
          failed(`${path}: not built: ${messageOf(error)}`);
          return [];
        }
      }),
    );
    const worlds = built.flat();
    for (let repetition = 1; repetition <= repetitions; repetition += 1) {
      say(`failover: repetition ${repetition} of ${repetitions}`);
      for (const happening of HAPPENINGS) {
        for (const watched of shuffled(worlds)) {
          if (!possible(happening, watched.world.path)) continue;
          passing(`failover: ${watched.world.path}: ${happening.case}`);
          try {
            const seen = await once(watched, happening);
            samples.push(...seen.map((sample) => ({ ...sample, path: watched.world.path, repetition })));
          } catch (error) {
            failed(`${watched.world.path}: ${happening.case}, repetition ${repetition}: ${messageOf(error)}`);
            await happening.mend(watched.world).catch(() => {}); // it may be that nothing had happened yet
          }
        }
      }
    }
    return { repetitions, rate: RATE, samples, leftOut, failures };
  } finally {
    await lab.dispose();
  }
}

async function missing(path: FailoverPath): Promise<string | undefined> {
  if (path === 'raw') return undefined;
  return path === 'ovs' ? missingOvs() : missingDatapath(path);
}

const possible = ({ case: which, ours }: Happening, path: FailoverPath): boolean =>
  which === 'nothing' || (path !== 'raw' && !(ours && path === 'ovs'));

/** A world with an eye on the links of both hosts. */
interface Watched {
  readonly world: World;
  readonly observers: readonly Running[];
}

async function watch(world: World): Promise<Watched> {
  const program = [process.execPath, compiled('scripts/benchmark/failover/link-observer.js')];
  const observers = [world.from, world.to].map((host) => host.start(program));
  for (const observer of observers) await observer.says('watching');
  return { world, observers };
}

type Seen = Omit<FailoverSample, 'path' | 'repetition'>;

async function once({ world, observers }: Watched, happening: Happening): Promise<Seen[]> {
  let fromMs = 0;
  const streams = await underTraffic(world, RATE, async () => {
    await delay(BEFORE_MS);
    fromMs = systemClock.now();
    await happening.act(world);
    await delay(happening.lastsMs);
  });
  if (happening.takesPort) await world.distributes(world.ports.filter((port) => port !== PORT));
  const mendedMs = systemClock.now();
  await happening.mend(world);
  await world.distributes(world.ports);
  // Let conversations that move back come to rest before the next turn.
  await delay(200);

  const [near, far] = world.daemons;
  if (happening.case === 'linkDown') {
    return [
      {
        case: 'linkDown',
        ...afterEvent(near, observers[0], fromMs),
        ...sums([streams[0]]),
        returnMs: returnTime(near, mendedMs),
      },
      { case: 'farEndDown', ...afterEvent(far, observers[1], fromMs), ...sums([streams[1]]) },
    ];
  }
  const tableMs = happening.case === 'timeOut' && near !== undefined ? tableAfter(near, fromMs) : undefined;
  return [{ case: happening.case, tableMs, ...sums(streams) }];
}

/** From the moment when anybody had heard of the link to the table that goes without it. */
function afterEvent(
  daemon: Daemon | undefined,
  observer: Running | undefined,
  fromMs: number,
): Pick<Seen, 'tableMs' | 'ownMs'> {
  if (daemon === undefined || observer === undefined) return { tableMs: undefined };
  const lines = linesOf(daemon.log());
  const told = firstAfter(lines, fromMs, `${PORT}: the kernel says down`);
  const eventMs = earlier(told, observed(observer.stdout, fromMs, PORT, 'down'));
  const tableMs = firstAfter(lines, told ?? fromMs, TABLE);
  if (eventMs === undefined || told === undefined || tableMs === undefined) return { tableMs: undefined };
  return { tableMs: tableMs - eventMs, ownMs: tableMs - told };
}

function tableAfter(daemon: Daemon, fromMs: number): number | undefined {
  const tableMs = firstAfter(linesOf(daemon.log()), fromMs, TABLE);
  return tableMs === undefined ? undefined : tableMs - fromMs;
}

/** From the link's return to its port DISTRIBUTING. */
function returnTime(daemon: Daemon | undefined, fromMs: number): number | undefined {
  if (daemon === undefined) return undefined;
  const lines = linesOf(daemon.log());
  const upMs = firstAfter(lines, fromMs, `${PORT}: the kernel says up`);
  const usedMs = lines.find(
    ({ atMs, text }) => atMs >= fromMs && text.includes(` ${PORT} mux: `) && text.endsWith('-> DISTRIBUTING'),
  )?.atMs;
  return upMs === undefined || usedMs === undefined ? undefined : usedMs - upMs;
}

function sums(streams: readonly StreamResult[]): Omit<Seen, 'case' | 'tableMs' | 'ownMs'> {
  const sum = (of: (stream: StreamResult) => number) => streams.reduce((total, stream) => total + of(stream), 0);
  return {
    sent: sum(({ sent }) => sent),
    lost: sum(({ lost }) => lost),
    reordered: sum(({ reordered }) => reordered),
    duplicates: sum(({ duplicates }) => duplicates),
    longestGapMs: Math.max(...streams.map(({ longestGapMs }) => longestGapMs)),
  };
}
