import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

const CHUNKS = 'chunks'

/**
 * Puts a new build in the place of the old one, under the feet of whoever runs it: file by file, each at once, the
 * entries after the chunks that they load.
 *
 * @param {string} built the folder of the new build, on the same file system; it is left empty
 * @param {string} place the folder of the old one, if there is one
 * @param {{ keepMs: number }} options so old an older build's chunks may be; its users may still have some to load
 */
export async function moveIntoPlace(built, place, { keepMs }) {
  const chunks = (await readdir(join(built, CHUNKS))).map((name) => join(CHUNKS, name))
  const entries = (await readdir(built)).filter((name) => name !== CHUNKS)
  await mkdir(join(place, CHUNKS), { recursive: true })
  const files = [...chunks, ...entries]
  for (const name of files) await rename(join(built, name), join(place, name))
  const there = (await readdir(place, { recursive: true })).filter((name) => name !== CHUNKS)
  for (const name of there.filter((one) => !files.includes(one))) {
    const path = join(place, name)
    if (Date.now() - Math.floor((await stat(path)).mtimeMs) >= keepMs) await rm(path)
  }
}
