/** A replay as text, and as one JSON document; both written while the capture is read. */

import { stateLetters } from '../src/lacp/port-state.js';
import type { PortInformation } from '../src/lacp/variables.js';
import type { Damage } from '../src/replay/capture/capture.js';
import type { IntervalReport } from '../src/replay/intervals.js';
import type { EndReport, HistoryEvent, Report } from '../src/replay/report.js';
import { verdictSummary } from './replay-verdicts.js';

/** What is shown; undefined: all. */
export interface Choice {
  readonly port: number | undefined;
  readonly system: string | undefined;
}

export interface FileSummary {
  readonly file: string;
  readonly format: string | undefined;
  readonly packets: number;
  /** Milliseconds since 1970. */
  readonly first: number | undefined;
  readonly last: number | undefined;
  readonly damage: Damage | undefined;
  readonly notes: readonly string[];
}

export interface ReplayWriter {
  begin(start: number): void;
  history(event: HistoryEvent): void;
  end(files: readonly FileSummary[], report: Report): void;
}

type Write = (text: string) => void;

export function textWriter(choice: Choice, write: Write): ReplayWriter {
  const shown = filter(choice);
  return {
    begin: (start) => write(`time from ${new Date(start).toISOString()} in seconds, packet, end\n\n`),
    history: (event) => {
      if (shown.event(event)) write(historyLine(event));
    },
    end: (files, report) => write(summary(files, report, shown.report(report))),
  };
}

export function historyLine(event: HistoryEvent): string {
  const who = 'end' in event ? event.end : '-';
  const packet = event.packet === undefined ? '' : `#${event.packet}`;
  return `${seconds(event.at).padStart(11)} ${packet.padStart(6)}  ${who.padEnd(6)} ${eventWords(event)}\n`;
}

/** What happened, without time, packet and end. */
export function eventWords(event: HistoryEvent): string {
  switch (event.kind) {
    case 'end':
      return `is ${identity(event.actor)}, sends from ${event.source}${event.place === '' ? '' : ` on ${event.place}`}`;
    case 'says': {
      const { actor, partner, partnerName, renamed } = event;
      const other = partnerName === undefined ? 'nobody' : partnerName;
      const change = renamed ? `; it is ${identity(actor)}, its partner ${identity(partner)}` : '';
      return `says ${stateLetters(actor.State)} of itself, ${stateLetters(partner.State)} of ${other}${change}`;
    }
    case 'machine': {
      const { machine, from, to, cause } = event.step;
      return `${machine}: ${from} (${cause}) -> ${to}`;
    }
    case 'marker': {
      const { kind, requesterPort, requesterSystem, requesterTransactionId } = event.marker;
      const asker = `${requesterSystem}/${requesterPort} transaction ${requesterTransactionId}`;
      return kind === 'response' ? `answers the marker of ${asker}` : `sends a marker, ${asker}`;
    }
    case 'malformed':
      return `a frame from ${event.source || 'nobody'} is not read: ${event.reason}`;
    case 'disagreement':
      return `! ${event.text} [${event.clause}]`;
  }
}

export const identity = ({ System_Priority, System, Key, Port_Priority, Port }: PortInformation): string =>
  `system ${System_Priority},${System} key 0x${Key.toString(16).padStart(4, '0')} port ${Port_Priority},${Port}`;

export const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

function summary(files: readonly FileSummary[], report: Report, { ends, disagreements }: Report): string {
  const lines = ['', ...files.flatMap(fileLines), ''];
  if (report.ends.length === 0)
    lines.push(
      'No LACP: nobody has sent an LACPDU. LACP is off at both ends, or both are passive, or something filters it.',
    );
  for (const end of ends) lines.push(...endLines(end));
  for (const { reason, source, place, count } of report.malformed) {
    lines.push(
      `not read: ${times(count)} ${reason}, from ${[source || 'several addresses', place].filter(Boolean).join(' on ')}`,
    );
  }
  if (report.markers > 0) lines.push(`markers and responses: ${report.markers}`);
  if (report.others > 0) lines.push(`other slow protocols: ${report.others}`);
  if (report.duplicates > 0) lines.push(`frames that were there twice: ${report.duplicates}`);
  if (report.backwards > 0) lines.push(`frames that are older than one before them: ${report.backwards}`);
  if (report.unfollowed > 0) lines.push(`LACPDUs of further ends, not followed: ${report.unfollowed}`);
  if (report.ends.length > 0) {
    lines.push(
      '',
      disagreements.length === 0 ? 'Disagreements with the standard: none' : 'Disagreements with the standard:',
    );
  }
  for (const { end, text, clause, count, first, last } of disagreements) {
    const more = count === 1 ? '' : `; ${times(count)}, last at ${seconds(last.at)} (#${last.packet})`;
    lines.push(`  ${end} ${text} [${clause}] at ${seconds(first.at)} (#${first.packet})${more}`);
  }
  lines.push(...verdictSummary(ends, report.until));
  return `${lines.join('\n')}\n`;
}

function fileLines({ file, format, packets, first, last, damage, notes }: FileSummary): string[] {
  const span = first === undefined || last === undefined ? '' : `, ${seconds(last - first)} s`;
  return [
    `${file}: ${format}, ${packets} packets${span}`,
    ...(damage === undefined ? [] : [`  DAMAGED at octet ${damage.offset}: ${damage.what}`]),
    ...notes.map((note) => `  ${note}`),
  ];
}

function endLines({ end, actor, version, far, lacpdus, first, last, timing }: EndReport): string[] {
  const rates = [
    ['fast', timing.fast],
    ['slow', timing.slow],
  ] as const;
  return [
    `${end}: ${identity(actor)}, version ${version}; far end ${far ?? 'not in the capture'}`,
    `  ${lacpdus} LACPDUs from ${seconds(first.at)} (#${first.packet}) to ${seconds(last.at)} (#${last.packet}), last state ${stateLetters(actor.State)}; ${timing.mostInASecond} in the busiest second`,
    ...rates.flatMap(([rate, report]) =>
      report === undefined ? [] : [`  asked for the ${rate} rate: ${intervals(report)}`],
    ),
  ];
}

function intervals({ count, min, median, max, late, missing, silences }: IntervalReport): string {
  const times = [min, median, max].map((ms) => (ms / 1_000).toPrecision(3)).join(' / ');
  return `${count} intervals, ${times} s (least, median, most), ${late} late, ${missing} missing, ${silences} silences`;
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/** The history in an array, an element a line, then the rest: readable as a whole and while it grows. */
export function jsonWriter(choice: Choice, write: Write): ReplayWriter {
  const shown = filter(choice);
  let separator = '';
  let start: number | undefined;
  return {
    begin: (at) => {
      start = at;
    },
    history: (event) => {
      if (!shown.event(event)) return;
      write(`${separator === '' ? '{"history":[' : separator}\n${JSON.stringify(event)}`);
      separator = ',';
    },
    end: (files, report) => {
      const rest = { start, files, ...shown.report(report) };
      write(`${separator === '' ? '{"history":[' : ''}\n],${JSON.stringify(rest).slice(1)}\n`);
    },
  };
}

/** Ends by port number and system as they were announced first. */
export function filter({ port, system }: Choice) {
  const all = port === undefined && system === undefined;
  const labels = new Set<string>();
  const fits = ({ Port, System }: PortInformation) =>
    (port === undefined || Port === port) && (system === undefined || System === system);
  return {
    event: (event: HistoryEvent): boolean => {
      if (event.kind === 'end' && fits(event.actor)) labels.add(event.end);
      return all || !('end' in event) || labels.has(event.end);
    },
    /** With the ends that are shown, and what disagrees there. */
    report: (report: Report): Report => {
      const ends = report.ends.filter(({ end }) => all || labels.has(end));
      const shown = new Set(ends.map(({ end }) => end));
      return { ...report, ends, disagreements: report.disagreements.filter(({ end }) => shown.has(end)) };
    },
  };
}
