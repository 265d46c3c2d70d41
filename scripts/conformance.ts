/**
 * The whole conformance plan in real time over kernel links in network namespaces, against vethd or Open vSwitch:
 *
 *     scripts/conformance [--device vethd|ovs] [--group LIST] [--parallel N] [--json]
 *
 * The cases are spread over several copies of the device, each with two links to a tester of its own, so that the
 * waiting is done at the same time. Floods come last and alone, for they would disturb the times of others.
 */
import { parseArgs } from 'node:util';
import type { ConformanceCase } from '../src/conformance/case.js';
import { CASES, inOrder } from '../src/conformance/catalogue.js';
import { OFF_WIRE } from '../src/conformance/off-wire.js';
import { type Report, type Result, reportCard, reportOf } from '../src/conformance/report.js';
import { chosen } from '../src/conformance/run.js';
import { reportOfRun, startConform } from './lab/conform.js';
import { DEVICES } from './lab/device.js';
import { Lab } from './lab/lab.js';
import type { Running } from './lab/processes.js';

const FLOODS = ['V-13', 'V-14'];
/** Lines of each tester that were passed on. */
const toldSoFar = new Map<Running, number>();

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'vethd' },
    group: { type: 'string' },
    parallel: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const name = values.device;
if (name !== 'vethd' && name !== 'ovs') throw new Error(`--device ${name}: say vethd or ovs`);
const only = values.group?.toUpperCase().split(',');
const cases = CASES.filter((each) => chosen(each, only));
// The testers hear Ctrl-C as well; they end with what was done, and so do we.
process.on('SIGINT', () => {});

const lab = new Lab();
try {
  const loud = cases.filter(({ id }) => FLOODS.includes(id));
  const quiet = cases.filter(({ id }) => !FLOODS.includes(id));
  const reports = [
    ...(await runTogether(spread(quiet, Number(values.parallel)))),
    ...(await runTogether(loud.length === 0 ? [] : [loud])),
  ];
  const report = merged(reports);
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : reportCard(report));
  process.exitCode = report.totals.fail + report.totals.notRun === 0 ? 0 : 1;
} finally {
  await lab.dispose();
}

/** The longest first, each to the part with the least to do. */
function spread(list: readonly ConformanceCase[], parts: number): ConformanceCase[][] {
  const result = Array.from({ length: parts }, () => ({ cases: [] as ConformanceCase[], seconds: 0 }));
  for (const each of list.toSorted((a, b) => b.seconds - a.seconds)) {
    const least = result.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    least.cases.push(each);
    least.seconds += each.seconds + 1;
  }
  return result.map((part) => part.cases).filter((part) => part.length > 0);
}

async function runTogether(parts: readonly ConformanceCase[][]): Promise<Report[]> {
  const running: Running[] = [];
  for (const part of parts) {
    const run = {
      only: part.map(({ id }) => id),
      name: `${lab.hosts.length / 2}`,
      device: DEVICES[name as 'vethd' | 'ovs'],
    };
    running.push(await startConform(lab, run));
  }
  const told = setInterval(() => tell(running), 1_000);
  try {
    return await Promise.all(running.map(reportOfRun));
  } finally {
    clearInterval(told);
    tell(running);
  }
}

/** New whole lines of all testers to standard error. */
function tell(running: readonly Running[]): void {
  for (const each of running) {
    const lines = each.stderr.split('\n').slice(0, -1);
    for (const line of lines.slice(toldSoFar.get(each) ?? 0)) process.stderr.write(`${line}\n`);
    toldSoFar.set(each, lines.length);
  }
}

function merged(reports: readonly Report[]): Report {
  const [first] = reports;
  if (first === undefined) throw new Error('no case chosen');
  const off = OFF_WIRE.filter((row) => chosen(row, only)).map(
    ({ id, title, why }): Result => ({ id, title, verdict: { kind: 'not-applicable', why } }),
  );
  const results = inOrder([...reports.flatMap((report) => report.results), ...off]);
  const notRun = reports.reduce((sum, { totals }) => sum + totals.notRun, 0);
  return reportOf(
    first.device,
    first.links.map((link) => ({ name: link })),
    results,
    notRun,
  );
}
