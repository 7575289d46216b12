import { maskCredentials, maskCredentialsInText } from '../util/mask-credentials.ts'
import type { Finding } from './finding.ts'

/** A finding to be shown: without the credentials of the URLs in it. */
export const maskFinding = <T extends Pick<Finding, 'url' | 'args'>>(finding: T): T => ({
  ...finding,
  ...(finding.url === undefined ? {} : { url: maskCredentials(finding.url) }),
  ...(finding.args === undefined ? {} : { args: maskArgs(finding.args) }),
})

const maskArgs = (args: NonNullable<Finding['args']>) =>
  Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name,
      typeof value === 'string' ? maskCredentialsInText(value) : value,
    ]),
  )
