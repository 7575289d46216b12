import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'

const LEAST_JAVA = 17
/** 2.8, which Maven 3.8 takes by itself, cuts long names in a tar.gz (Keycloak 12). */
const MAVEN_UNPACK = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack'
const OTHER_WAYS =
  'Or give the tests an unpacked distribution (KC_LOGOUT_TEST_KEYCLOAK_HOME) or a running server\n' +
  '(KC_LOGOUT_TEST_KEYCLOAK_URL): see test/README.md.'

const execute = promisify(execFile)

/** Runs a program to its end. Throws with its output if it fails, with code `ENOENT` if it is missing. */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
) {
  return execute(command, args, { ...options, maxBuffer: 32 * 1024 * 1024 })
}

/** Does this error of `run` mean that the program is missing? */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

/** Throws unless the Java that Keycloak will use is recent enough. */
export async function requireJava(): Promise<void> {
  const home = process.env.JAVA_HOME
  const java = home ? join(home, 'bin', 'java') : 'java'
  let printed: string
  try {
    printed = (await run(java, ['-version'])).stderr
  } catch (error) {
    if (!isMissing(error)) throw error
    const where = home ? `there is no ${java} (from JAVA_HOME)` : 'there is no "java" in the PATH'
    throw new Error(`Keycloak needs Java ${LEAST_JAVA} or newer: ${where}.\nInstall a JDK ${LEAST_JAVA}.`)
  }
  // "17.0.15", and "1.8.0" for Java 8.
  const found = /version "(?:1\.)?(\d+)/.exec(printed)?.[1]
  if (!found || Number(found) < LEAST_JAVA) {
    const is = found ? `is Java ${found}` : `says ${JSON.stringify(printed.slice(0, 80))}`
    throw new Error(
      `Keycloak needs Java ${LEAST_JAVA} or newer: ${java} ${is}.\nSet JAVA_HOME to a newer one.`,
    )
  }
}

/** Fetches an archive with Maven and unpacks it into a folder: no other program is needed for that. */
export async function mavenUnpack(coordinates: string, folder: string): Promise<void> {
  const goal = ['-q', '-B', MAVEN_UNPACK, `-Dartifact=${coordinates}`, `-DoutputDirectory=${folder}`]
  try {
    // A folder without a pom.xml, so that no project's settings apply.
    await run('mvn', goal, { cwd: folder })
  } catch (error) {
    if (isMissing(error))
      throw new Error(
        `Fetching Keycloak needs Maven: there is no "mvn" in the PATH.\nInstall Maven. ${OTHER_WAYS}`,
      )
    const said =
      error instanceof Error && 'stdout' in error
        ? stripVTControlCharacters(String(error.stdout))
        : String(error)
    const reason = said.split('\n').find((line) => /^\[ERROR\] *\S/.test(line)) ?? said.trim().slice(-500)
    throw new Error(`Maven could not fetch ${coordinates}:\n${reason}\n${OTHER_WAYS}`)
  }
}
