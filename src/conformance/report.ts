/** The report card of a run: as plain data, and as text. */
import { groupOf } from './case.js';
import { GROUPS } from './catalogue.js';
import type { Device } from './probe.js';
import type { Verdict } from './verdict.js';

export interface Result {
  readonly id: string;
  readonly title: string;
  /** Missing where the test plan has no frames for it. */
  readonly clause?: string;
  readonly verdict: Verdict;
}

export interface Report {
  readonly device: Device;
  /** Our ends of the links, by name. */
  readonly links: readonly string[];
  /** In the order of the test plan. */
  readonly results: readonly Result[];
  /** `notRun`: the run was ended before them. */
  readonly totals: Readonly<Record<'pass' | 'fail' | 'notApplicable' | 'notRun', number>>;
}

export function reportOf(
  device: Device,
  ports: readonly { readonly name: string }[],
  results: readonly Result[],
  notRun: number,
): Report {
  const count = (kind: Verdict['kind']) => results.filter(({ verdict }) => verdict.kind === kind).length;
  const totals = { pass: count('pass'), fail: count('fail'), notApplicable: count('not-applicable'), notRun };
  return { device, links: ports.map(({ name }) => name), results, totals };
}

export const VERDICT_WORDS = { pass: 'pass', fail: 'FAIL', 'not-applicable': 'n.a.' } as const;

/** `V-02  FAIL  x.4.12  title`, then what was expected and seen, or why not. */
export function reportCard({ device, links, results, totals }: Report): string {
  const { settings } = device;
  const lines = [
    `device   system ${device.system} priority ${device.systemPriority}, key ${device.key.toString(16).padStart(4, '0')}, ` +
      `ports ${device.ports.join(' ')}`,
    `links    ${links.join(' ')}`,
    `seen as  lacp=${settings.lacp ?? '?'} rate=${settings.rate ?? '?'} mux=${settings.mux ?? '?'}`,
  ];
  let group = '';
  for (const result of results) {
    if (groupOf(result) !== group) {
      group = groupOf(result);
      lines.push('', `${group}  ${GROUPS[group] ?? ''}`);
    }
    lines.push(...resultLines(result));
  }
  const { pass, fail, notApplicable, notRun } = totals;
  const missing = notRun === 0 ? '' : `, ${notRun} not run`;
  lines.push('', `${pass} passed, ${fail} failed, ${notApplicable} not applicable${missing}`);
  return `${lines.join('\n')}\n`;
}

function resultLines({ id, title, clause, verdict }: Result): string[] {
  const head = `${id.padEnd(5)} ${VERDICT_WORDS[verdict.kind]}  ${title}${clause === undefined ? '' : ` (${clause})`}`;
  if (verdict.kind === 'fail')
    return [head, `            expected: ${verdict.expected}`, `            seen:     ${verdict.seen}`];
  if (verdict.kind === 'not-applicable') return [head, `            ${verdict.why}`];
  return [head];
}
