import type { Command } from '@commander-js/extra-typings'
import type { Start } from '../../cli/command.ts'
import { declare } from './options.ts'

/** Adds `drill` to the command line. What it needs is large, and loaded when it runs. */
export function register(program: Command, start: Start): void {
  declare(program).action((clientIds, flags) =>
    start(async (ctx) => {
      const { runDrill } = await import('./run-drill.ts')
      return runDrill({ clientIds, ...flags }, ctx)
    }),
  )
}
