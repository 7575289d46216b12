import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { moveIntoPlace } from './into-place.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kc-logout-into-place-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function make(name: string, files: Record<string, string>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name, path)), { recursive: true })
    await writeFile(join(folder, name, path), text)
  }
  return join(folder, name)
}
const filesIn = async (place: string) =>
  (await readdir(place, { recursive: true })).filter((name) => name.endsWith('.js')).sort()

it('replaces the entries, and leaves those who run the older build the chunks that they may still load', async () => {
  const place = await make('dist', { 'main.js': 'old', 'chunks/a-1.js': 'a', 'chunks/b-1.js': 'old b' })
  const built = await make('new', { 'main.js': 'new', 'chunks/a-1.js': 'a', 'chunks/b-2.js': 'new b' })
  await moveIntoPlace(built, place, { keepMs: 60_000 })
  expect(await filesIn(place)).toEqual(['chunks/a-1.js', 'chunks/b-1.js', 'chunks/b-2.js', 'main.js'])
  expect(await readFile(join(place, 'main.js'), 'utf8')).toBe('new')
})

it('removes what is older, and for a package everything of the older build', async () => {
  const place = await make('dist', { 'gone.js': '', 'chunks/long-ago.js': '', 'chunks/lately.js': '' })
  await utimes(join(place, 'chunks/long-ago.js'), 0, 0)
  await moveIntoPlace(await make('one', { 'main.js': '', 'chunks/a.js': '' }), place, { keepMs: 60_000 })
  expect(await filesIn(place)).toEqual(['chunks/a.js', 'chunks/lately.js', 'gone.js', 'main.js'])
  await moveIntoPlace(await make('two', { 'main.js': '', 'chunks/b.js': '' }), place, { keepMs: 0 })
  expect(await filesIn(place)).toEqual(['chunks/b.js', 'main.js'])
})

it('works where there is no older build', async () => {
  const place = join(folder, 'dist')
  await moveIntoPlace(await make('new', { 'main.js': '', 'chunks/a.js': '' }), place, { keepMs: 0 })
  expect(await filesIn(place)).toEqual(['chunks/a.js', 'main.js'])
})
