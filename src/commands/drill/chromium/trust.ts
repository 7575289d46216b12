import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { platform as ofThisMachine, tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { promisify } from 'node:util'
import { EXIT, UserError, usageError } from '../../../errors.ts'
import { findProgram } from './find-chromium.ts'

const run = promisify(execFile)

/** A home directory for Chromium. */
export interface ChromiumHome {
  readonly path: string
  remove(): Promise<void>
}

/**
 * Lets Chromium trust the certificate authorities of `--ca-file`: on Linux it reads them from an NSS database in its home
 * directory, here a temporary one, and verifies as ever. It has no option for a CA file.
 * `--ignore-certificate-errors-spki-list` is none: it accepts every chain that holds a listed certificate, so an attacker
 * appends that to a chain of his own (seen with Chromium 156).
 * @param ca PEM; Node's own are left out, because Chromium has its own
 * @returns creates the directory; undefined if there is nothing to add
 * @throws {UserError} `browser-ca` (2)
 */
export async function authoritiesForChromium(
  ca: readonly string[] | undefined,
  env: Readonly<Record<string, string | undefined>>,
  platform = ofThisMachine(),
): Promise<(() => Promise<ChromiumHome>) | undefined> {
  const known = new Set(rootCertificates)
  const added = (ca ?? []).filter((pem) => !known.has(pem))
  if (added.length === 0) return undefined
  if (platform !== 'linux')
    throw usageError(
      'browser-ca',
      'Chromium does not take --ca-file on this system.',
      "Add the certificate authority to the system's store, and give its file as NODE_EXTRA_CA_CERTS instead.",
    )
  const certutil = await findProgram(['certutil'], env)
  if (certutil === undefined)
    throw usageError(
      'browser-ca',
      'Chromium takes --ca-file through certutil, which was not found.',
      'Install it (Debian: apt install libnss3-tools).',
    )
  return () => createHome(added, certutil)
}

async function createHome(authorities: readonly string[], certutil: string): Promise<ChromiumHome> {
  const path = await mkdtemp(join(tmpdir(), 'kc-logout-chromium-'))
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 5 })
  const database = join(path, '.pki', 'nssdb')
  const file = join(path, 'ca.pem')
  try {
    await mkdir(database, { recursive: true })
    await run(certutil, ['-N', '-d', `sql:${database}`, '--empty-password'])
    for (const [index, pem] of authorities.entries()) {
      await writeFile(file, pem)
      await run(certutil, ['-A', '-a', '-d', `sql:${database}`, '-n', `ca-${index}`, '-t', 'C,,', '-i', file])
    }
    return { path, remove }
  } catch (error) {
    await remove()
    throw new UserError('browser-ca', `${certutil} could not add the certificates of --ca-file.`, {
      exitCode: EXIT.failed,
      hint: 'Check the file with: openssl x509 -in FILE -noout -subject',
      cause: error,
    })
  }
}
