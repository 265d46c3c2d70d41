/**
 * V8 compiles what has run often. In a young process a failing link finds code that has hardly run, and the new table
 * comes milliseconds later than it could. So the engine plays failures through, against itself in virtual time, a few
 * milliseconds at a time: what comes in meanwhile waits no longer than for anything else that vethd does.
 */
import { DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../aggregator/settings.js';
import { VirtualClock } from '../aggregator/virtual-clock.js';
import type { ForwardingTable } from '../mux/distributor.js';
import { linkFacts } from '../simulator/facts.js';
import { SimulatedHost } from '../simulator/host.js';
import { md5 } from './md5.js';

/** Failures: the first takes eight times as long as the last. */
const ROUNDS = 24;
/** When the links have come up, and whoever starts and ends us in a moment has done so. */
const AFTER_MS = 5_000;
const PAUSE_MS = 10;
const PORTS = [1, 2];
/** Virtual milliseconds between two pauses. */
const STEP_MS = 250;
/** A port that is cut, and one that came back and waits for the others (Aggregate_Wait_Time), are done in these. */
const CUT_MS = 500;
const BACK_MS = 2_500;

export interface WarmUp {
  /** What each new table is given to: how the data path writes it is slow at first as well. */
  readonly table: (table: ForwardingTable) => void;
  /** Lets everything else run for a while. */
  readonly pause: (ms: number) => Promise<void>;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

export async function warmUp({ table, pause, signal }: WarmUp): Promise<void> {
  await pause(AFTER_MS);
  const clock = new VirtualClock();
  const journal = () => {};
  const hosts = [
    new SimulatedHost(clock, md5, { journal, table: (_, made) => table(made) }),
    new SimulatedHost(clock, md5, { journal }),
  ] as const;
  hosts.forEach((host, side) => {
    const other = hosts[1 - side];
    host.onFrame = (port, frame) => {
      const sent = frame.slice();
      clock.setTimeout(() => other?.receive(port, sent), 0);
    };
    const mac = `02:00:00:00:${side}0:00`;
    host.addInterface('veth0', 0, mac, DEFAULT_AGGREGATOR);
    for (const number of PORTS) {
      host.addPort('veth0', linkFacts(number, `eth${number}`, `02:00:00:00:${side}0:0${number}`), DEFAULT_PORT);
    }
  });
  const signalAtBothEnds = (port: number, carrier: boolean) => {
    for (const host of hosts) host.setCarrier(port, carrier);
  };
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms && !signal.aborted; passed += STEP_MS) {
      clock.advance(STEP_MS);
      await pause(PAUSE_MS);
    }
  };
  await pass(BACK_MS);
  for (let round = 0; round < ROUNDS && !signal.aborted; round++) {
    const port = PORTS[round % PORTS.length] ?? 1;
    signalAtBothEnds(port, false);
    await pass(CUT_MS);
    signalAtBothEnds(port, true);
    await pass(BACK_MS);
  }
  for (const host of hosts) host.stop();
}
