import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Is there a program of this name in the PATH? */
export function isInstalled(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, name)))
}

/**
 * Skips the running test, with the reason, unless all these programs are in the PATH. Outside of tests it throws.
 * The last line of a run lists what was skipped.
 */
export async function skipWithout(...names: readonly string[]): Promise<void> {
  const missing = names.filter((name) => !isInstalled(name))
  if (missing.length === 0) return
  const reason = `not installed here: ${missing.join(', ')}`
  // Only a test run has this module's state; screens and the demo call this without one.
  const { getCurrentTest } = await import('vitest/suite')
  const test = getCurrentTest()
  if (!test) throw new Error(reason)
  test.context.skip(reason)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
