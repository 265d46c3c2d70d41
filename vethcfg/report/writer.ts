/** The report of a replay as a file, written at the end of the capture; that it can be written is seen before. */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { HistoryEvent, Report } from '../../src/replay/report.js';
import { FileError } from '../configuration-file.js';
import { WrongChoice } from '../conform-errors.js';
import { type Choice, type FileSummary, filter, type ReplayWriter } from '../replay-view.js';
import { Collected } from './collect.js';
import { reportPage } from './page.js';

/** Throws WrongChoice for a name that cannot be meant, FileError for a file that cannot be written. */
export function htmlWriter(choice: Choice, file: string, captures: readonly string[]): ReplayWriter {
  if (file === '-') throw new WrongChoice('--html -: the text is on standard output already; name a file');
  if (captures.some((capture) => resolve(capture) === resolve(file))) {
    throw new WrongChoice(`--html ${file}: is one of the captures; name another file`);
  }
  orFileError(file, () => closeSync(openSync(file, 'a')));
  const shown = filter(choice);
  const collected = new Collected();
  let start: number | undefined;
  return {
    begin: (at) => {
      start = at;
    },
    history: (event: HistoryEvent) => {
      if (shown.event(event)) collected.add(event);
    },
    end: (files: readonly FileSummary[], report: Report) => {
      const page = reportPage({ start, files, report: shown.report(report), collected });
      orFileError(file, () => writeFileSync(file, page));
    },
  };
}

function orFileError(file: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    const { message } = error as Error; // node:fs throws errors
    throw new FileError(`${file}: cannot be written (${message}); name another file`);
  }
}
