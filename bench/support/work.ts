import { readdir, readFile } from 'node:fs/promises'
import type { Rig } from './rig.ts'

/** CPU seconds (user and system) that were spent on a piece of work, by whom. */
export interface Work {
  /** Keycloak and PostgreSQL. */
  readonly server: number
  /** This process, in which the receivers live. */
  readonly receivers: number
  /** Everybody on this machine, those above included, and the program that is measured. */
  readonly machine: number
}

/** Linux counts in hundredths of a second. */
const TICKS = 100

/**
 * What this machine has worked until now, by Linux's own account: two of these, subtracted, tell what a run cost its
 * server, and how much of the machine others took meanwhile.
 */
export async function workUntilNow({ keycloak, postgres }: Rig): Promise<Work> {
  const processes = await allProcesses()
  const { user, system } = process.cpuUsage()
  return {
    server: workOf(keycloak.pid, processes) + workOf(postgres.address.pid, processes),
    receivers: (user + system) / 1e6,
    machine: await workOfAll(),
  }
}

export const workBetween = (before: Work, after: Work): Work => ({
  server: after.server - before.server,
  receivers: after.receivers - before.receivers,
  machine: after.machine - before.machine,
})

interface Process {
  readonly pid: number
  readonly parent: number
  /** Its own and that of its children that have ended, in seconds. */
  readonly cpu: number
}

/** Of a process, its children that live and those that have ended. */
function workOf(pid: number, processes: readonly Process[]): number {
  const own = processes.find((each) => each.pid === pid)
  if (!own) throw new Error(`process ${pid} of the rig does not run`)
  const children = processes.filter(({ parent }) => parent === pid)
  return children.reduce((sum, child) => sum + workOf(child.pid, processes), own.cpu)
}

async function allProcesses(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const texts = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  return texts.filter(Boolean).map((text) => {
    // proc(5): the name, in parentheses, may hold anything; from behind it on fields are counted from 3.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const field = (number: number) => Number(fields[number - 3])
    return {
      pid: Number.parseInt(text, 10),
      parent: field(4),
      cpu: (field(14) + field(15) + field(16) + field(17)) / TICKS,
    }
  })
}

/** All of `cpu` in /proc/stat but idle, iowait, and what a host gave to others (steal); guests are part of user. */
async function workOfAll(): Promise<number> {
  const [all = ''] = (await readFile('/proc/stat', 'utf8')).split('\n')
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = all.split(/\s+/).slice(1).map(Number)
  return (user + nice + system + irq + softirq) / TICKS
}
