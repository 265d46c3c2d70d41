/** Closing line of `npm test`, from vitest's JSON report: `N passed, N failed`, then `, N skipped` if there are any. */
import { readFileSync } from 'node:fs';

/** The part of the report that counts; its other fields are vitest's business. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { status: string; assertionResults: readonly { status: string }[] }[];
}

function count(path: string): number {
  const text = readFileSync(path, 'utf8');
  if (text === '') {
    console.log('0 passed, 1 failed');
    return 1;
  }
  const report: Report = JSON.parse(text);
  // A file that does not load, or whose clean-up fails, has no failed test to count.
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  const skipped = report.numPendingTests + report.numTodoTests;
  console.log(`${report.numPassedTests} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
  return failed === 0 && report.numPassedTests > 0 ? 0 : 1;
}

process.exitCode = count(process.argv[2] ?? '');
