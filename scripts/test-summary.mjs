/**
 * The counts of a test run from vitest's JSON report.
 *
 * @typedef {{ status: string, assertionResults: { status: string }[] }} FileReport
 * @typedef {{ testResults: FileReport[] }} Report
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/**
 * @param {Report | null} report null when vitest wrote none
 * @param {number} status vitest's exit status
 * @returns {Counts}
 */
export function countTests(report, status) {
  const files = report?.testResults ?? [];
  const statuses = files.flatMap((file) => file.assertionResults.map((test) => test.status));
  const passed = statuses.filter((one) => one === 'passed').length;
  const failedTests = statuses.filter((one) => one === 'failed').length;
  // A file that does not load, or whose set-up fails, has no failed test to show for it.
  const failedFiles = files.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  );
  const failed = failedTests + failedFiles.length;
  const skipped = statuses.length - passed - failedTests;
  // An error outside every test (unhandled, or vitest itself) must not read as success.
  return { passed, failed: failed === 0 && status !== 0 ? 1 : failed, skipped };
}

/** @param {readonly Counts[]} all @returns {Counts} */
export function sumOf(all) {
  /** @param {keyof Counts} key */
  const sum = (key) => all.reduce((total, counts) => total + counts[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/** @param {Counts} counts */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
