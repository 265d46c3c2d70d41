/** The verdicts at the end of a replay, in the words of `vethcfg why`. */
import type { EndReport } from '../src/replay/report.js';
import { verdictLines } from './why-view.js';

/** `now`: the end of the capture, in its milliseconds. */
export function verdictSummary(ends: readonly EndReport[], now: number): string[] {
  if (ends.length === 0) return [];
  return [
    '',
    'Why, at the end of the capture:',
    ...ends.flatMap((end) => explanationLines(end, now).map((line) => `  ${line}`)),
  ];
}

/** Of one end, in lines. */
export function explanationLines({ end, explanation }: EndReport, now: number): string[] {
  const { use, receive, mux, verdicts, earlier, untold } = explanation;
  const engine = receive === undefined ? '' : ` (our engine there: Receive ${receive}, Mux ${mux})`;
  const fine = use === 'in use' && verdicts.length === 0 ? ', nothing to mend' : '';
  return [
    `${end}: ${use}${engine}${fine}`,
    ...verdicts.flatMap(({ since, ...verdict }) => {
      const forSeconds = since === undefined ? undefined : Math.max(0, Math.round((now - since) / 1_000));
      return verdictLines({ ...verdict, forSeconds });
    }),
    ...untold.map((text) => `  not told by a capture: ${text}`),
    ...earlier.map(({ cause, text, from, to }) => `  from ${seconds(from)} to ${seconds(to)} ${cause}: ${text}`),
  ];
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);
