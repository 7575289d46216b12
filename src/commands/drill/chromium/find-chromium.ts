import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { usageError } from '../../../errors.ts'

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'chrome.exe',
  'msedge.exe',
]

/** Where installers put it, apart from the PATH. */
const PLACES = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

/**
 * The path of a Chromium on this machine.
 * @param given with `--browser-path`
 * @throws {UserError} `browser-missing` (2)
 */
export async function findChromium(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const found = given === undefined ? await findProgram(NAMES, env, PLACES) : await firstExecutable([given])
  if (found !== undefined) return found
  throw usageError(
    'browser-missing',
    given === undefined ? 'No Chromium was found.' : `${given} is not an executable file.`,
    'Install it (Debian: apt install chromium), or name Chromium, Chrome or Edge with --browser-path FILE.',
  )
}

/**
 * The first executable file with one of these names in the PATH.
 * @param places where to look afterwards
 */
export const findProgram = (
  names: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  places: readonly string[] = [],
): Promise<string | undefined> =>
  firstExecutable([
    ...(env.PATH ?? env.Path ?? '')
      .split(delimiter)
      .filter((folder) => folder !== '')
      .flatMap((folder) => names.map((name) => join(folder, name))),
    ...places,
  ])

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isExecutable(path)) return path
  return undefined
}

const isExecutable = (path: string) =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
