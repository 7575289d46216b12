import { existsSync } from 'node:fs'
import { chmod, constants, cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { mavenUnpack } from './tools.ts'
import { artifactOf } from './version.ts'

/** Outside the repository, so that all checkouts share one download. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kc-logout')
}

/**
 * The folder of an unpacked distribution, fetched with Maven if it is missing. Nothing is started in it. Safe to call
 * from several processes at once: each unpacks a copy, and the first to finish wins.
 */
export async function distribution(version: string, say: (line: string) => void = () => {}): Promise<string> {
  const folder = join(cacheFolder(), `keycloak-${version}`)
  if (existsSync(folder)) return folder
  await mkdir(cacheFolder(), { recursive: true })
  const work = await mkdtemp(join(cacheFolder(), '.unpacking-'))
  try {
    const coordinates = artifactOf(version)
    say(`Fetching Keycloak ${version} through Maven, once (170 MB or more)`)
    await mavenUnpack(coordinates, work)
    const top = (await readdir(work)).find((name) => name.startsWith('keycloak-'))
    if (!top) throw new Error(`${coordinates} is an empty archive`)
    await makeExecutable(join(work, top, 'bin'))
    await moveUnlessThere(join(work, top), folder)
    return folder
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** A copy of a distribution for one run. Shares blocks where the file system supports it. */
export async function copyHome(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE })
}

/**
 * Most of a first start is the build of the server by Quarkus (25 s of 40 s on two cores, 26.7.4). The result is a few
 * files in one folder and works in any copy of the same distribution: with them a start takes 15 s. It depends on some
 * of the arguments; Keycloak detects others and builds again.
 */
export async function addBuiltState(version: string, home: string, args: readonly string[]): Promise<void> {
  const built = builtFolder(version, args)
  if (existsSync(built)) await cp(built, join(home, 'lib', 'quarkus'), { recursive: true })
}

/** Keeps the build of a run for the next one, unless there is one. */
export async function keepBuiltState(version: string, home: string, args: readonly string[]): Promise<void> {
  const built = builtFolder(version, args)
  const made = join(home, 'lib', 'quarkus')
  if (existsSync(built) || !existsSync(made)) return
  const work = await mkdtemp(join(cacheFolder(), '.built-'))
  try {
    await cp(made, join(work, 'quarkus'), { recursive: true })
    await moveUnlessThere(join(work, 'quarkus'), built)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** The arguments that the build depends on. */
const BUILT_IN = /^(start|--(db|cache|features|health-enabled|metrics-enabled)=.*)$/

function builtFolder(version: string, args: readonly string[]): string {
  const options = args.filter((arg) => BUILT_IN.test(arg)).map((arg) => arg.replace(/\W+/g, '-'))
  return join(
    cacheFolder(),
    `keycloak-${version}-built${options.length > 0 ? `-${options.sort().join('')}` : ''}`,
  )
}

/** A rename is atomic: a folder is never seen half complete. */
async function moveUnlessThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!existsSync(to)) throw error
  }
}

/** Not every version of Maven's plugin keeps the executable bit. */
async function makeExecutable(bin: string): Promise<void> {
  const scripts = (await readdir(bin)).filter((name) => name.endsWith('.sh'))
  await Promise.all(scripts.map((name) => chmod(join(bin, name), 0o755)))
}
