/**
 * One end of a link as a value: everything that its future depends on, with times relative to now, as canonical text.
 * A stimulus makes another value of it, always the same, by the real engine.
 */
import type { LinkFacts } from '../../../src/aggregator/io.js';
import { type AggregatorSettings, DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../../../src/aggregator/settings.js';
import type { AggregatorSnapshot } from '../../../src/aggregator/snapshot.js';
import { LacpSystem } from '../../../src/aggregator/system.js';
import { VirtualClock } from '../../../src/aggregator/virtual-clock.js';
import { md5 } from '../../../src/daemon/md5.js';
import { type PortVariables, TIMERS, type TimerName } from '../../../src/lacp/variables.js';
import { facts } from '../system-lab.js';

/** What an operator may change on the way; all other settings are the defaults. */
export type EndSettings = Pick<AggregatorSettings, 'lacp' | 'rate'>;

export interface EndState {
  readonly mac: string;
  readonly settings: EndSettings;
  readonly snapshot: AggregatorSnapshot;
  /** When LACPDUs were sent within the last second, as counted here and not by the engine. */
  readonly sent: readonly number[];
}

export type Stimulus =
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'frame'; readonly hex: string }
  | { readonly kind: 'link'; readonly up: boolean }
  | { readonly kind: 'set'; readonly settings: EndSettings };

export interface Stepped {
  readonly state: EndState;
  /** What was sent, in hex. */
  readonly frames: readonly string[];
  /** The data path sends by this port; it takes what comes in. */
  readonly distributes: boolean;
  readonly collects: boolean;
  readonly carrier: boolean;
}

/** With its link down, before anything. */
export function begin(mac: string, settings: EndSettings): Stepped {
  return run(mac, settings, [], (system) => {
    system.addPort('veth0', link(false), DEFAULT_PORT, 1);
  });
}

export function step(before: EndState, stimulus: Stimulus): Stepped {
  const { mac, settings, snapshot, sent } = before;
  const next = stimulus.kind === 'set' ? stimulus.settings : settings;
  return run(
    mac,
    settings,
    sent,
    (system, clock) => {
      system.resumePorts(
        'veth0',
        { ...snapshot, paused: false },
        snapshot.ports.map((port) => ({ snapshot: port, settings: DEFAULT_PORT })),
      );
      switch (stimulus.kind) {
        case 'time':
          clock.advance(stimulus.ms);
          break;
        case 'frame':
          system.receive(1, fromHex(stimulus.hex));
          break;
        case 'link':
          system.linkChanged(1, link(stimulus.up));
          break;
        case 'set':
          system.setAggregator('veth0', { ...DEFAULT_AGGREGATOR, ...next }, mac);
          break;
      }
    },
    next,
  );
}

/** In how many milliseconds something falls due by itself. */
export function nextDeadline({ snapshot }: EndState): number | undefined {
  const { timers } = variablesOf(snapshot).clockwork;
  const due = TIMERS.flatMap((timer) => timers[timer] ?? []);
  return due.length === 0 ? undefined : Math.max(0, Math.min(...due));
}

export function variablesOf(snapshot: AggregatorSnapshot): PortVariables {
  const variables = snapshot.ports[0]?.variables;
  if (variables === undefined) throw new Error('the port is gone');
  return variables;
}

function run(
  mac: string,
  settings: EndSettings,
  sent: readonly number[],
  act: (system: LacpSystem, clock: VirtualClock) => void,
  next: EndSettings = settings,
): Stepped {
  const clock = new VirtualClock();
  const frames: string[] = [];
  const times = [...sent];
  let forwarding = { collecting: [] as readonly number[], distributing: [] as readonly number[], carrier: false };
  const system = new LacpSystem({
    clock,
    md5,
    send: (_, frame) => {
      frames.push(toHex(frame));
      times.push(clock.now());
    },
    sendMarker() {},
    answerMarker() {},
    table() {},
    bucketBytes: () => undefined,
    forwarding: (_, now) => {
      forwarding = now;
    },
    transition() {},
    changed() {},
    failed(_, error) {
      throw error;
    },
  });
  system.addAggregator('veth0', 0, mac, { ...DEFAULT_AGGREGATOR, ...settings });
  act(system, clock);
  clock.advance(0);
  const [snapshot] = system.snapshot();
  system.close();
  if (snapshot === undefined) throw new Error('the interface is gone');
  const now = clock.now();
  return {
    state: {
      mac,
      settings: next,
      snapshot: relative(snapshot, now),
      sent: times.map((at) => at - now).filter((at) => at > -1_000),
    },
    frames,
    distributes: forwarding.distributing.length > 0,
    collects: forwarding.collecting.length > 0,
    carrier: forwarding.carrier,
  };
}

/** Times from now. Left out are what was sent more than a second ago, and churn, which only watches. */
function relative({ ports, ...rest }: AggregatorSnapshot, now: number): AggregatorSnapshot {
  return {
    ...rest,
    ports: ports.map(({ variables, states, ...port }) => {
      const { timers, sent } = variables.clockwork;
      const left = (timer: TimerName) => {
        const deadline = timers[timer];
        return deadline === undefined || timer.endsWith('churn_timer') ? undefined : deadline - now;
      };
      return {
        ...port,
        states: { ...states, actor_churn: 'CHURN_MONITOR', partner_churn: 'CHURN_MONITOR' },
        variables: {
          ...variables,
          actor_churn: false,
          partner_churn: false,
          clockwork: {
            timers: Object.fromEntries(TIMERS.map((timer) => [timer, left(timer)])) as Record<
              TimerName,
              number | undefined
            >,
            sent: sent.map((at) => at - now).filter((at) => at > -1_000),
          },
        },
      };
    }),
  };
}

const link = (up: boolean): LinkFacts => facts(1, { link: up ? 'up' : 'down' });

/** Keys in order, so that equal values are equal texts. */
export const textOf = (state: EndState): string =>
  JSON.stringify(state, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

const toHex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
