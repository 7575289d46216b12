import { count, seconds } from '../support/figures.ts'
import { inBigRealm } from '../support/in-big-realm.ts'
import { measure } from '../support/measure.ts'
import type { Case } from '../support/program.ts'
import { requireComplete } from '../support/sides.ts'

const SESSIONS = 10_000
const KILLS = 20
const WARM_UP = 1_000
/** The first moments of a run are start-up, sign-in and reading. */
const LEAST_MS = 200

/** Killed again and again at random moments, and started again. */
export const killed: Case = {
  name: 'killed',
  about: `${count(SESSIONS)} sessions, killed (SIGKILL) at ${KILLS} random moments: everybody told at least once, none left`,
  usual: false,
  async run(bench, { rounds = KILLS, sessions = [SESSIONS] }) {
    await inBigRealm(bench, async ({ realm, receivers, sides }) => {
      const { command, all } = sides
      await realm.copySessions(WARM_UP)
      const undisturbed = await all()
      requireComplete(undisturbed, WARM_UP)
      const rate = WARM_UP / undisturbed.wall
      for (const number of sessions) {
        await realm.copySessions(number)
        receivers.clear()
        const began = performance.now()
        let kills = 0
        for (let left = number; kills < rounds; kills++, left = await realm.sessionRows()) {
          // Random, and yet spread over the whole: as long as an even share of what is left takes, on average.
          const share = ((left / rate) * 1000) / (rounds - kills + 1)
          const life = LEAST_MS + Math.random() * 2 * share
          const { code } = await measure(command.all, {
            env: command.env,
            onStart: (pid) => void setTimeout(() => kill(pid), life),
          })
          if (code === 0) break
          bench.say(
            `  killed after ${seconds(life / 1000)}: ${count(receivers.notified.size)} told, ${count(await realm.sessionRows())} left`,
          )
        }
        const notified = new Map(receivers.notified)
        const last = await all()
        for (const [sid, times] of receivers.notified) notified.set(sid, (notified.get(sid) ?? 0) + times)
        const twice = [...notified.values()].filter((times) => times > 1).length
        bench.say(
          `${count(number)} sessions, ${kills} kills, ${seconds((performance.now() - began) / 1000)}: ${count(notified.size)} told, of them ${twice} more than once; ${count(last.left)} left; the last run's exit code ${last.code}`,
        )
        if (notified.size !== number || last.left > 0 || last.code !== 0)
          throw new Error('somebody was not told, or is left')
        if (kills < rounds) throw new Error(`the run had come to its end after ${kills} kills`)
      }
    })
  },
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It had ended by itself.
  }
}
