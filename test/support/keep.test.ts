import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { keep } from './keycloak/keep.ts'

const KEEPER = fileURLToPath(new URL('keycloak/keeper.mjs', import.meta.url))
/** A start script with a child, as kc.sh has java; the child does not care for SIGTERM. */
const SCRIPT = 'sh -c \'trap "" TERM; echo $$ > child; while :; do sleep 0.2; done\' & wait'

function task() {
  const folder = mkdtempSync(join(tmpdir(), 'kc-logout-keep-'))
  const cwd = join(folder, 'home')
  mkdirSync(cwd)
  return { command: 'sh', args: ['-c', SCRIPT], cwd, logFile: join(folder, 'log'), folder, graceMs: 300 }
}

async function childOf({ cwd }: { cwd: string }): Promise<number> {
  const file = join(cwd, 'child')
  await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'))
  return Number(readFileSync(file, 'utf8'))
}

function lives(pid: number): boolean {
  try {
    // A zombie answers to kill(0), too: its state tells.
    process.kill(pid, 0)
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('waited in vain')
    await sleep(20)
  }
}

test('stop() ends the start script and its children, and removes the folder', async () => {
  const server = task()
  const kept = await keep({ ...server, env: process.env })
  const child = await childOf(server)
  expect(lives(kept.pid) && lives(child)).toBe(true)
  await kept.stop()
  // What was killed is gone as soon as the kernel gets to it.
  await expect
    .poll(() => [lives(kept.pid), lives(child), existsSync(server.folder)])
    .toEqual([false, false, false])
})

test.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
  'nothing outlives a parent that gets %s',
  async (signal) => {
    const server = task()
    const parent = `
    const { spawn } = require('node:child_process')
    spawn(process.execPath, process.argv.slice(1), { detached: true, stdio: ['pipe', 'pipe', 'ignore'] })
    setInterval(() => {}, 1000)`
    const run = spawn(process.execPath, ['-e', parent, KEEPER, JSON.stringify(server)], { stdio: 'ignore' })
    const child = await childOf(server)
    expect(lives(child)).toBe(true)
    run.kill(signal)
    await until(() => !lives(child) && !existsSync(server.folder))
    expect(lives(child)).toBe(false)
  },
)

test('a server that ends by itself is noticed', async () => {
  const kept = await keep({ ...task(), args: ['-c', 'exit 7'], env: process.env })
  await until(() => kept.ended() !== undefined)
  expect(kept.ended()).toBe('7')
  await kept.stop()
})

test('a command that is not there fails at once', async () => {
  const server = { ...task(), command: '/no/such/kc.sh', env: process.env }
  await expect(keep(server)).rejects.toThrow('/no/such/kc.sh')
  await until(() => !existsSync(server.folder))
})
