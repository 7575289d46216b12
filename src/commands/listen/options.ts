import { type Command, Option } from '@commander-js/extra-typings'
import { notNegative, portNumber, statusOrAuto, wholeNumber } from '../../cli/arguments.ts'
import type { OptionsOf } from '../../cli/command.ts'
import { usageError } from '../../errors.ts'
import { maskCredentials } from '../../util/mask-credentials.ts'

export const DEFAULT_PORT = 4711

/** Adds the description and the options of `listen`. */
export const declareOptions = (command: Command) =>
  command
    .description('Receive logout requests, check each, and answer as the specification says.')
    .option('--port <n>', `Listen on this port; 0 takes a free one (${DEFAULT_PORT})`, portNumber)
    .option('--host <host>', 'Listen on this address (127.0.0.1)')
    .option('--public-url <url>', 'Address at which Keycloak reaches the listener')
    .option('--tls-cert <file>', 'Serve https with this certificate (PEM)')
    .option('--tls-key <file>', 'Use this key for --tls-cert (PEM)')
    .option('--respond <status>', 'Answer every request with this status, or auto', statusOrAuto)
    .option('--delay <seconds>', 'Wait before answering (Keycloak waits for 5 s)', notNegative)
    .option('--count <n>', 'Exit after this many requests', wholeNumber(1_000_000))
    .option('--forward-to <url>', 'Forward to this receiver, and return its answer')
    .option('--take-over <client>', 'Point this client here, and restore it at the end')
    .option('--restore', 'Restore clients of crashed listeners, then exit')
    .option('--issuer <url>', 'Expected issuer; its keys are fetched')
    .option('--jwks <file|url>', 'Keys to verify with')
    .option('--audience <id>', 'Expect tokens for this client')
    .addOption(new Option('--client <id>', 'Alias of --audience').hideHelp())
    .option('--alg <alg>', "The client's signature algorithm")
    .option('--clock-tolerance <seconds>', 'Tolerated clock difference (30)', notNegative)
    .option('--strict', 'Fail on broken SHOULD rules, too')
    .option('--no-network', 'Do not fetch keys')
    .option('--decrypt-key <file>', 'Private key for encrypted tokens (JWK or PEM)')
    .option('-y, --yes', 'Skip the confirmation prompt')

export type ListenOptions = OptionsOf<typeof declareOptions>

/**
 * Refuses options that contradict each other, and invalid URLs.
 * @throws {UserError} exit 2
 */
export function refuseContradictions({
  tlsCert,
  tlsKey,
  respond,
  forwardTo,
  restore,
  takeOver,
  audience,
  client,
  host,
  publicUrl,
}: ListenOptions): void {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw usageError(
      'tls-incomplete',
      '--tls-cert and --tls-key belong together.',
      'Give both, or leave both out to serve http.',
    )
  if (forwardTo !== undefined && respond !== undefined && respond !== 'auto')
    throw usageError(
      'contradiction',
      '--respond and --forward-to exclude each other.',
      'Use --respond to force an answer, or --forward-to to return that of the receiver.',
    )
  for (const [name, url] of [
    ['--forward-to', forwardTo],
    ['--public-url', publicUrl],
  ] as const) {
    if (url !== undefined && !(URL.canParse(url) && /^https?:\/\//i.test(url)))
      throw usageError(
        'bad-url',
        `${name} ${JSON.stringify(maskCredentials(url))} is not an http(s) URL.`,
        `For example: ${name} https://app.example.com/logout`,
      )
  }
  if (restore && takeOver !== undefined)
    throw usageError('contradiction', '--restore and --take-over exclude each other.', 'Use one of them.')
  if (audience !== undefined && client !== undefined)
    throw usageError(
      'contradiction',
      '--client is an alias of --audience.',
      'Give one of them. To point a client here, use --take-over.',
    )
  if (takeOver !== undefined && publicUrl === undefined && (host === '0.0.0.0' || host === '::'))
    throw usageError(
      'no-public-url',
      `It is not known at which address Keycloak reaches a listener on ${host}.`,
      'Give it with --public-url.',
    )
}

/** The address at which Keycloak reaches the listener, without a trailing slash. */
export function publicUrl(
  { publicUrl: given, host = '127.0.0.1', tlsCert }: ListenOptions,
  port: number,
): string {
  if (given !== undefined) return given.replace(/\/$/, '')
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `${tlsCert === undefined ? 'http' : 'https'}://${name}:${port}`
}
