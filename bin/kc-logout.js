#!/usr/bin/env node
import { answerQuickly } from '../dist/quick.js'

if (!answerQuickly(process, new URL('../dist/help.txt', import.meta.url))) {
  const { run } = await import('../dist/kc-logout.js')
  process.exitCode = await run()
}
