/**
 * `vethcfg conform` over kernel links: the quick part of the cases against vethd, and what a report says of a device
 * that fails. All cases in real time take a quarter of an hour: scripts/conformance.
 */
import { expect, test } from 'vitest';
import { reportOfRun, startConform } from '../../scripts/lab/conform.js';
import { DEVICES } from '../../scripts/lab/device.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { useLab } from '../support/netns.js';

const lab = useLab();

/** Of every group; each list runs on two links of its own, at the same time. */
const QUICK = [
  ['F-01', 'F-03', 'F-05', 'V-10', 'S-05'],
  ['F-02', 'F-07', 'F-08', 'M-01', 'V-05'],
  ['R-11', 'R-14', 'N-08', 'K-01'],
  ['P-08', 'X-04', 'L-08', 'E-03'],
];

test('vethd passes', async () => {
  const runs = await Promise.all(
    QUICK.map((only, index) => startConform(lab, { only, name: `${index}`, device: DEVICES.vethd })),
  );
  const reports = await Promise.all(runs.map(reportOfRun));
  const results = reports.flatMap((report) => report.results);
  expect(results.filter(({ verdict }) => verdict.kind !== 'pass')).toEqual([]);
  expect(results.map(({ id }) => id).sort()).toEqual(QUICK.flat().sort());
  expect(await Promise.all(runs.map(({ ended }) => ended))).toMatchObject(QUICK.map(() => ({ code: 0 })));
});

test('Open vSwitch fails what it is known to fail; Ctrl-C ends with the report of what was done', async () => {
  const only = ['F-01', 'V-02', 'P-02'];
  const run = await startConform(lab, { only, name: 'ovs', device: DEVICES.ovs, control: false });
  await waitFor('the third case', () => run.stderr.includes('P-02'));
  run.kill('SIGINT');
  const { results, totals } = await reportOfRun(run);
  expect(results).toMatchObject([
    { id: 'F-01', verdict: { kind: 'pass' } },
    { id: 'V-02', clause: 'x.4.12', verdict: { kind: 'fail', expected: 'TLV types 7: read', seen: 'not read' } },
  ]);
  expect(totals).toEqual({ pass: 1, fail: 1, notApplicable: 0, notRun: 1 });
  const { code, stderr } = await run.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/: 3 cases, about \d+ s; Ctrl-C ends with what was done\n {2}1\/3 .* F-01 .*: pass\n/);
});
