import { writeFile } from 'node:fs/promises'
import { startRig } from './support/rig.ts'

// tsx bench/rig.ts FILE: a rig that stays until Ctrl-C, for several runs one after the other, which find it by
// KC_LOGOUT_BENCH_RIG=FILE. They share its warmth: the first of them has to warm it up.

const say = (line: string) => void process.stdout.write(`${line}\n`)
const [, , file] = process.argv
if (file === undefined) {
  say('Where shall the addresses be written? tsx bench/rig.ts FILE')
  process.exitCode = 2
} else {
  const { keycloak, postgres, stop } = await startRig(say)
  await writeFile(file, JSON.stringify({ keycloak, postgres: postgres.address }))
  say(`KC_LOGOUT_BENCH_RIG=${file} until Ctrl-C`)
  const alive = setInterval(() => {}, 2 ** 30)
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, async () => {
      await stop()
      clearInterval(alive)
    })
}
