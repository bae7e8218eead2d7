// A vitest reporter that names each skipped test with its reason: a skip nobody sees is a hole.

/** @typedef {import('vitest/reporters').Reporter} Reporter */

/** @implements {Reporter} */
export default class SkipReporter {
  /** @param {ReadonlyArray<import('vitest/node').TestModule>} modules */
  onTestRunEnd(modules) {
    const lines = [];
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const result = test.result();
        const note = result.state === 'skipped' ? result.note : undefined;
        const reason = note ?? 'no reason given, or its name says it';
        lines.push(`  ${module.relativeModuleId} > ${test.fullName} (${reason})`);
      }
    }
    if (lines.length > 0) console.log(`Skipped:\n${lines.join('\n')}\n`);
  }
}
