import type { Reporter, TestModule } from 'vitest/node'

/**
 * Prints, as the last words of a run, one line a suite: `unit: 120 passed, 0 failed` (and what was skipped). A run of
 * one project may be given another name for it in KC_LOGOUT_TEST_LABEL, as several of them follow one another.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const suites = new Map<string, { passed: number; failed: number; skipped: number }>()
    for (const module of modules) {
      const name = process.env.KC_LOGOUT_TEST_LABEL || module.project.name || 'tests'
      const count = suites.get(name) ?? { passed: 0, failed: 0, skipped: 0 }
      suites.set(name, count)
      // A file that could not be loaded holds no test that failed, but is a failure.
      if (module.errors().length > 0) count.failed++
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') count.passed++
        else if (state === 'failed') count.failed++
        else count.skipped++
      }
    }
    for (const [name, { passed, failed, skipped }] of suites) {
      const left = skipped > 0 ? `, ${skipped} skipped` : ''
      process.stdout.write(`${name}: ${passed} passed, ${failed} failed${left}\n`)
    }
    if (errors.length > 0) process.stdout.write(`errors outside of tests: ${errors.length}\n`)
  }
}
