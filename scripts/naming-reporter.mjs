// A vitest reporter that names what a sum of passed tests hides: each skipped test with its reason, and each that passed at its
// second attempt only (docs/adr/0239-a-second-attempt-in-ci.md).

/** @typedef {import('vitest/reporters').Reporter} Reporter */
/** @typedef {import('vitest/node').TestModule} TestModule */
/** @typedef {import('vitest/node').TestCase} TestCase */

/** @implements {Reporter} */
export default class NamingReporter {
  /** @param {ReadonlyArray<TestModule>} modules */
  onTestRunEnd(modules) {
    say('Skipped', linesOf(modules, 'skipped', reasonOf));
    say('Passed at the second attempt only', linesOf(modules, 'passed', firstFailureOf));
  }
}

/**
 * @param {ReadonlyArray<TestModule>} modules
 * @param {'skipped' | 'passed'} state
 * @param {(test: TestCase) => string | undefined} noteOf undefined: not to be named
 */
function linesOf(modules, state, noteOf) {
  return modules.flatMap((module) =>
    [...module.children.allTests(state)].flatMap((test) => {
      const note = noteOf(test);
      return note === undefined
        ? []
        : [`  ${module.relativeModuleId} > ${test.fullName} (${note})`];
    }),
  );
}

/** @param {TestCase} test */
function reasonOf(test) {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return note ?? 'no reason given, or its name says it';
}

/** @param {TestCase} test */
function firstFailureOf(test) {
  if (test.diagnostic()?.flaky !== true) return undefined;
  return test.result().errors?.[0]?.message ?? 'it did not say why the first failed';
}

/** @param {string} title @param {readonly string[]} lines */
function say(title, lines) {
  if (lines.length > 0) console.log(`${title}:\n${lines.join('\n')}\n`);
}
