// Reads a vitest JSON report: prints "passed failed skipped". A run that ended badly counts at
// least one failure, whatever its report says. With a folder: fails if no test of it passed.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [file = '', exitCode = '1', folder] = process.argv.slice(2);

/** @type {{ numPassedTests: number, numFailedTests: number, numPendingTests: number,
 *   numTodoTests: number, success: boolean,
 *   testResults: Array<{ name: string, assertionResults: Array<{ status: string }> }> }} */
const report = existsSync(file)
  ? JSON.parse(readFileSync(file, 'utf8'))
  : { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, success: false };

if (folder === undefined) {
  const good = exitCode === '0' && report.success && report.numPassedTests > 0;
  const failed = good ? report.numFailedTests : Math.max(1, report.numFailedTests);
  console.log(report.numPassedTests, failed, report.numPendingTests + report.numTodoTests);
} else {
  const passed = (report.testResults ?? [])
    .filter(({ name }) => relative(process.cwd(), name).startsWith(folder))
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'passed').length;
  console.log(`${passed} tests of ${folder} passed`);
  process.exitCode = passed > 0 ? 0 : 1;
}
