import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { folderOfTest } from '../../../test/support/folder.ts'
import { type LockDeps, locked } from './lock.ts'

const DEPS: LockDeps = {
  pid: process.pid,
  isAlive: () => true,
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}
const lockOfTest = async () => join(await folderOfTest(), 'tokens', 'prod.lock')

/** Creates a lock of another process. */
async function left(path: string, { pid, ageMs }: { pid: number; ageMs: number }) {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeFile(path, `${pid} x`, { mode: 0o600 })
  const seconds = (Date.now() - ageMs) / 1000
  await utimes(path, seconds, seconds)
}

test('only one of many holds the lock at a time', async () => {
  const path = await lockOfTest()
  let inside = 0
  let most = 0
  const done = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      locked(path, DEPS, async () => {
        most = Math.max(most, ++inside)
        await DEPS.sleep(2)
        inside--
        return i
      }),
    ),
  )
  expect(most).toBe(1)
  expect(done).toEqual(Array.from({ length: 40 }, (_, i) => i))
})

test('the lock is released when the work fails', async () => {
  const path = await lockOfTest()
  await expect(locked(path, DEPS, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await locked(path, DEPS, async () => 'again')).toBe('again')
})

test.each([
  ['of a dead process, at once', { pid: 4711, ageMs: 0 }, false],
  ['without a heartbeat for ten seconds, of any process', { pid: 4711, ageMs: 11_000 }, true],
])('a stale lock %s is taken over by one process only', async (_, lock, isAlive) => {
  const path = await lockOfTest()
  await left(path, lock)
  let inside = 0
  let most = 0
  const startedAt = Date.now()
  await Promise.all(
    Array.from({ length: 10 }, () =>
      locked(path, { ...DEPS, isAlive: (pid) => (pid === 4711 ? isAlive : true) }, async () => {
        most = Math.max(most, ++inside)
        await DEPS.sleep(1)
        inside--
      }),
    ),
  )
  expect(most).toBe(1)
  expect(Date.now() - startedAt).toBeLessThan(5000)
})

test('a lock held for minutes by a live process: exit 6 with a hint', async () => {
  const path = await lockOfTest()
  await left(path, { pid: 4711, ageMs: 0 })
  let now = Date.now()
  const deps = {
    ...DEPS,
    now: () => now,
    sleep: async () => {
      now += 5000
      const seconds = now / 1000
      await utimes(path, seconds, seconds)
    },
  }
  await expect(locked(path, deps, async () => 'never')).rejects.toMatchObject({
    code: 'profile-busy',
    exitCode: 6,
    hint: expect.stringContaining(path),
  })
})
