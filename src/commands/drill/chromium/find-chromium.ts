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
  const inPath = (env.PATH ?? env.Path ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  for (const path of given === undefined ? [...inPath, ...PLACES] : [given])
    if (await isExecutable(path)) return path
  throw usageError(
    'browser-missing',
    given === undefined ? 'No Chromium was found.' : `${given} is not an executable file.`,
    'Install it (Debian: apt install chromium), or name Chromium, Chrome or Edge with --browser-path FILE.',
  )
}

const isExecutable = (path: string) =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
