/** What happened in a scenario, as text and as JSON. */
import type { Entry } from '../src/aggregator/journal/compactor.js';
import { traceLine } from '../src/aggregator/journal/line.js';
import type { PortExplanation } from '../src/aggregator/verdict.js';
import { statusTable } from '../src/daemon/status-table.js';
import { told } from '../src/daemon/why.js';
import type { Verification } from '../src/simulator/expectation.js';
import type { Scenario } from '../src/simulator/scenario.js';
import type { EndOfSystem, Outcome } from '../src/simulator/simulate.js';
import { style } from './style.js';
import { whyView } from './why-view.js';

/** Which part of the journals is shown. */
export interface Choice {
  /** A port or an interface. */
  readonly port: string | undefined;
  readonly system: string | undefined;
  /** Milliseconds from the start. */
  readonly since: number;
  readonly quiet: boolean;
}

export function isShown({ port, system, since, quiet }: Choice, of: string, entry: Entry): boolean {
  if (quiet || entry.at < since || (system !== undefined && system !== of)) return false;
  return port === undefined || ('port' in entry && entry.port === port) || ('veth' in entry && entry.veth === port);
}

/** `12.001 left veth0 eth0 mux: WAITING (...) -> ATTACHED`: the trace line of the journal, with seconds and system. */
export const entryLine = (system: string, entry: Entry): string =>
  `${seconds(entry.at)} ${system} ${traceLine(entry)}\n`;

export function entryJson(system: string, { at, event, ...rest }: Entry): object {
  return { at, system, event, ...rest };
}

/** Status, reasons, and what was expected. */
export function outcomeText(
  { until }: Scenario,
  { systems, verifications }: Outcome,
  file: string,
  coloured: boolean,
): string {
  const paint = style(coloured);
  const parts = systems.map(
    (system) => `\n${paint.bold(system.name)} at ${seconds(until)} s\n${ofSystem(system, until, coloured)}`,
  );
  const failed = verifications.filter(({ held }) => !held).length;
  const lines = verifications.map(({ held, line, at, expected, found }) => {
    const word = held ? paint.good('ok  ') : paint.bad('FAIL');
    return `${word} ${file}:${line} at ${seconds(at)}: ${expected}${held ? '' : `; but ${found}`}\n`;
  });
  if (lines.length === 0) return parts.join('');
  const sum = failed === 0 ? `all ${lines.length} as expected` : `${failed} of ${lines.length} not as expected`;
  return `${parts.join('')}\n${lines.join('')}${sum}\n`;
}

export function outcomeJson({ until }: Scenario, { systems, verifications }: Outcome): object {
  return {
    until,
    systems: systems.map(({ name, running, aggregators, why }) => ({
      name,
      running,
      aggregators,
      why: why.map((port) => asTold(port, until)),
    })),
    expectations: verifications satisfies readonly Verification[],
  };
}

function ofSystem({ running, aggregators, why }: EndOfSystem, until: number, coloured: boolean): string {
  if (!running && aggregators.length === 0) return 'does not run\n';
  const table = statusTable({ aggregators: [...aggregators] });
  if (!running) return `does not run; as it was when it ended:\n${table}`;
  return (
    table + (why.length === 0 ? '' : whyView({ ports: why.map((port) => asTold(port, until)), process: [] }, coloured))
  );
}

/** As `vethcfg why` tells it: for how long, instead of since when. */
const asTold = (port: PortExplanation, now: number) => ({
  ...port,
  verdicts: port.verdicts.map((verdict) => told(verdict, now)),
});

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);
