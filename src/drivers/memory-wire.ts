/**
 * Slow-protocols wires in memory: systems, their ports, and cables between them, for tests and simulation.
 * Time comes from the clock given, also for a delay of 0: a frame never arrives within the call that sends it, so a
 * run is the same every time.
 */
import type { Clock, SlowProtocolsWire } from '../aggregator/io.js';

/** One end of a cable: a port of a system. */
export interface Endpoint {
  readonly system: string;
  readonly ifindex: number;
}

/** True: the frame is lost. `from` is the sending end. */
export type DropRule = (frame: Uint8Array, from: Endpoint) => boolean;

export interface Cable {
  /** From now on nothing passes; frames under way are lost too. */
  cut(): void;
  mend(): void;
  /** Loses the frames that the rule names, until another rule is set; undefined: none. */
  drop(rule: DropRule | undefined): void;
  setDelay(ms: number): void;
}

export interface MemoryHub {
  /** The wire of a system, made at the first call. */
  wire(system: string): SlowProtocolsWire;
  /**
   * Connects the ends: what one sends arrives at all others after `delayMs` (default 0). Two ends are a link; more
   * are a segment that reflects nothing; one end given twice is a plug that sends a port's frames back to it.
   */
  connect(ends: readonly Endpoint[], delayMs?: number): Cable;
}

interface System {
  readonly joined: Set<number>;
  listener: ((ifindex: number, frame: Uint8Array) => void) | undefined;
}

interface Segment {
  readonly ends: readonly Endpoint[];
  readonly carry: (from: number, frame: Uint8Array) => void;
}

export function memoryHub(clock: Clock): MemoryHub {
  const systems = new Map<string, System>();
  const segments: Segment[] = [];

  function systemOf(name: string): System {
    const existing = systems.get(name);
    if (existing !== undefined) return existing;
    const created: System = { joined: new Set(), listener: undefined };
    systems.set(name, created);
    return created;
  }

  function deliver(to: Endpoint, frame: Uint8Array): void {
    const system = systemOf(to.system);
    if (system.joined.has(to.ifindex)) system.listener?.(to.ifindex, frame);
  }

  /** False: no cable at this port. */
  function transmit(from: Endpoint, frame: Uint8Array): boolean {
    let plugged = false;
    for (const segment of segments) {
      const end = segment.ends.findIndex((one) => sameEndpoint(one, from));
      if (end < 0) continue;
      plugged = true;
      segment.carry(end, frame.slice());
    }
    return plugged;
  }

  return {
    wire(name) {
      const system = systemOf(name);
      return {
        join: (ifindex) => {
          system.joined.add(ifindex);
        },
        leave: (ifindex) => {
          system.joined.delete(ifindex);
        },
        send: (ifindex, frame) => transmit({ system: name, ifindex }, frame),
        start: (listener) => {
          system.listener = listener;
        },
        drain: () => {}, // nothing waits here
        close: () => {
          system.listener = undefined;
          system.joined.clear();
        },
      };
    },
    connect(ends, delayMs = 0) {
      /** Changes with every cut: what was sent before does not arrive. */
      let era = 0;
      let whole = true;
      let delay = delayMs;
      let lost: DropRule | undefined;
      segments.push({
        ends,
        carry(from, frame) {
          if (!whole || lost?.(frame, ends[from] as Endpoint) === true) return;
          const sent = era;
          const arrive = (): void => {
            if (sent !== era) return;
            ends.forEach((to, i) => {
              if (i !== from) deliver(to, frame);
            });
          };
          clock.setTimeout(arrive, delay);
        },
      });
      return {
        cut: () => {
          whole = false;
          era++;
        },
        mend: () => {
          whole = true;
        },
        drop: (rule) => {
          lost = rule;
        },
        setDelay: (ms) => {
          delay = ms;
        },
      };
    },
  };
}

const sameEndpoint = (a: Endpoint, b: Endpoint): boolean => a.system === b.system && a.ifindex === b.ifindex;
