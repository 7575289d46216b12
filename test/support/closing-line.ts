import type { Reporter, TestModule } from 'vitest/node'

/** Left out by a filter (`-t`), or by a condition of the test such as the server's version. */
const NO_REASON = 'by a filter or a condition of the test'

/**
 * Prints, as the last words of a run, why tests were skipped, and one line a suite: `unit: 120 passed, 0 failed`. A run of
 * one project may be given another name for it in KC_LOGOUT_TEST_LABEL, as several of them follow one another.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const reasons = new Map<string, number>()
    const suites = new Map<string, { passed: number; failed: number; skipped: number }>()
    for (const module of modules) {
      const name = process.env.KC_LOGOUT_TEST_LABEL || module.project.name || 'tests'
      const count = suites.get(name) ?? { passed: 0, failed: 0, skipped: 0 }
      suites.set(name, count)
      // A file that could not be loaded holds no test that failed, but is a failure.
      if (module.errors().length > 0) count.failed++
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') count.passed++
        else if (result.state === 'failed') count.failed++
        else {
          count.skipped++
          const reason = ('note' in result && result.note) || NO_REASON
          reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
        }
      }
    }
    for (const [reason, count] of reasons) process.stdout.write(`skipped: ${count} ${reason}\n`)
    for (const [name, { passed, failed, skipped }] of suites) {
      const left = skipped > 0 ? `, ${skipped} skipped` : ''
      process.stdout.write(`${name}: ${passed} passed, ${failed} failed${left}\n`)
    }
    if (errors.length > 0) process.stdout.write(`errors outside of tests: ${errors.length}\n`)
  }
}
