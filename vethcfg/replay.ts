/** `vethcfg replay`: our machines over captured links. Needs no vethd and no privileges. */
import { createHash } from 'node:crypto';
import { isMac } from '../src/lacp/mac.js';
import { Replay } from '../src/replay/replay.js';
import type { HistoryEvent } from '../src/replay/report.js';
import { CaptureFile, framesOf } from './capture-files.js';
import { FileError } from './configuration-file.js';
import { WrongChoice } from './conform-errors.js';
import { EXIT, type ExitCode } from './exit.js';
import { progressBar } from './progress-bar.js';
import { type Choice, jsonWriter, textWriter } from './replay-view.js';
import { htmlWriter } from './report/writer.js';
import type { World } from './world.js';

export interface ReplayRun {
  /** `-` is standard input. */
  readonly files: readonly string[];
  /** Only ends with this port number, or of this system; undefined: all. */
  readonly port: string | undefined;
  readonly side: string | undefined;
  readonly json: boolean;
  /** File that the report is written to. */
  readonly html: string | undefined;
  readonly world: World;
}

/** Throws FileError and WrongChoice. */
export async function replay({ files: names, port, side, json, html, world }: ReplayRun): Promise<ExitCode> {
  const choice: Choice = { port: portNumber(port), system: systemOf(side) };
  if (new Set(names).size < names.length) throw new WrongChoice(`${names.join(' ')}: the same capture twice`);
  const page = html === undefined ? undefined : htmlWriter(choice, html, names);
  const files = names.map((name) => new CaptureFile(name));
  const sizes = files.map(({ size }) => size);
  const total = sizes.reduce<number | undefined>(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
  const bar = progressBar(world, total);
  const printer = (json ? jsonWriter : textWriter)(choice, (text) => {
    bar.clear();
    world.stdout(text);
  });
  const writers = page === undefined ? [printer] : [printer, page];

  const history = (event: HistoryEvent) => {
    for (const writer of writers) writer.history(event);
  };
  const engine = new Replay({ md5, history });
  let begun = false;
  const all = framesOf(files, () => bar.at(files.reduce((sum, { read }) => sum + read, 0)));
  for await (const { file, frame } of all) {
    if (!begun) {
      const start = Math.min(...files.map(({ reader }) => reader.first ?? frame.at));
      engine.begin(start);
      for (const writer of writers) writer.begin(start);
      begun = true;
    }
    engine.frame(frame, files.length > 1 ? file.name : '');
  }
  const ends = files.flatMap(({ reader }) => reader.last ?? []);
  const report = engine.finish(ends.length === 0 ? undefined : Math.max(...ends));
  bar.clear();
  const summaries = files.map(({ name, notes, reader: { format, packets, damage, first, last } }) => ({
    file: name === '-' ? 'standard input' : name,
    format,
    packets,
    first,
    last,
    damage,
    notes,
  }));
  // What is no capture at all is a file that cannot be used; what was one up to some place is damaged.
  const useless = summaries.find(({ format }) => format === undefined);
  if (useless !== undefined) throw new FileError(`${useless.file}: ${useless.damage?.what ?? 'empty'}`);
  for (const writer of writers) writer.end(summaries, report);
  for (const { file, damage } of summaries) {
    if (damage !== undefined) {
      world.stderr(`vethcfg: ${file}: damaged at octet ${damage.offset}: ${damage.what}; what comes before was used\n`);
    }
  }
  if (summaries.some(({ damage }) => damage !== undefined)) return EXIT.damaged;
  return report.ends.length === 0 ? EXIT.silent : EXIT.done;
}

const md5 = (octets: Uint8Array): string => createHash('md5').update(octets).digest('hex');

function portNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new WrongChoice(`--port ${text}: not a port number; say 0 to 65535`);
}

function systemOf(text: string | undefined): string | undefined {
  if (text === undefined || isMac(text)) return text;
  throw new WrongChoice(`--side ${text}: not a system; say its address in lower case, such as 02:00:00:00:00:01`);
}
