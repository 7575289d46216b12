import { chmod, mkdir, mkdtemp, realpath, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { useCompileCache } from './compile-cache.ts'

let home: string
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'kc-logout-test-')))
})
afterEach(() => rm(home, { recursive: true, force: true }))

/** The folder that the cache is turned on in; undefined if it stays off. */
function cacheIn(folder: string, getuid: (() => number) | undefined = process.getuid): string | undefined {
  let enabled: string | undefined
  const host = { env: { XDG_CACHE_HOME: folder }, ...(getuid ? { getuid } : {}) }
  useCompileCache(host as Pick<NodeJS.Process, 'env' | 'getuid'>, (given) => {
    enabled = given
  })
  return enabled
}

describe("Node's compile cache", () => {
  it("is in the user's cache folder, which only the user can read", async () => {
    const folder = join(home, 'kc-logout', 'compiled')
    expect(cacheIn(home)).toBe(folder)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  it.each([
    ['is writable by its group', 'kc-logout/compiled', 0o770],
    ['is writable by everyone', 'kc-logout/compiled', 0o707],
    ['is in a folder that everyone can write', 'kc-logout', 0o777],
    ['is below such a folder', '.', 0o777],
  ])('stays off if its folder %s', async (_, path, mode) => {
    await mkdir(join(home, 'kc-logout', 'compiled'), { recursive: true })
    await chmod(join(home, path), mode)
    expect(cacheIn(home)).toBeUndefined()
  })

  it('stays off if the folder is a link into a folder that everyone can write', async () => {
    const shared = join(home, 'shared')
    await mkdir(join(shared, 'compiled'), { recursive: true })
    await chmod(shared, 0o777)
    await mkdir(join(home, 'kc-logout'))
    await symlink(join(shared, 'compiled'), join(home, 'kc-logout', 'compiled'))
    expect(cacheIn(home)).toBeUndefined()
  })

  it('is on in a folder with the sticky bit', async () => {
    await chmod(home, 0o1777)
    expect(cacheIn(home)).toBeDefined()
  })

  it('stays off for another user, such as root with the home folder of someone else', () => {
    expect(cacheIn(home, () => (process.getuid?.() ?? 0) + 1)).toBeUndefined()
  })

  it('stays off if the folder cannot be created', () => {
    expect(cacheIn('/dev/null/nowhere')).toBeUndefined()
  })

  it('stays off where users have no id (Windows)', () => {
    let enabled = false
    useCompileCache({ env: { XDG_CACHE_HOME: home } }, () => {
      enabled = true
    })
    expect(enabled).toBe(false)
  })
})
