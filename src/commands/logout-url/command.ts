import type { Command } from '@commander-js/extra-typings'
import { oneOf } from '../../cli/arguments.ts'
import type { OptionsOf, Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import type { Finding } from '../../core/finding.ts'
import { EXIT, type ExitCode, UserError, usageError } from '../../errors.ts'
import { type Decoded, decodeToken } from '../../token/decode.ts'
import { buildLogoutUrl, type LogoutUrlRequest, partyOf } from './build.ts'
import { idTokenIn } from './extract-token.ts'
import { gather } from './gather.ts'
import { SNIPPETS, type SnippetName, snippet } from './snippets.ts'
import { explained } from './texts.ts'
import { findingsView, type LogoutUrlDocument, logoutUrlView } from './view.ts'

const EXAMPLES = examples([
  [
    'kc-logout logout-url --client shop \\\n      --post-logout-redirect-uri https://shop.example.com/',
    'end the session and come back',
  ],
  ['kc-logout logout-url --id-token id.jwt', 'without a confirmation by the user'],
  ['kc-logout logout-url --client shop --snippet django', 'code for the application'],
])

const declare = (program: Command) =>
  program
    .command('logout-url')
    .description("Build the URL by which an application logs a user out, checked by Keycloak's rules")
    .option('--client <client-id>', 'The application')
    .option('--id-token <file>', "The user's ID token: Keycloak then asks no confirmation; - reads stdin")
    .option('--post-logout-redirect-uri <url>', 'Where the browser goes afterwards')
    .option('--state <value>', 'Returned with the redirect')
    .option('--legacy', 'Use redirect_uri, as before Keycloak 18')
    .option('--snippet <framework>', `Code for the application: ${SNIPPETS.join(', ')}`, oneOf(...SNIPPETS))
    .addHelpText('before', EXAMPLES)

export type LogoutUrlOptions = OptionsOf<typeof declare>

/** Adds `logout-url` to the command line. */
export function register(program: Command, start: Start): void {
  declare(program).action((flags) => start((ctx) => runLogoutUrl(flags, ctx)))
}

/**
 * Builds a logout URL; sends only reads. Roles: none for the URL; view-clients to check the redirect, with credentials.
 * Exit 7 if Keycloak would refuse it.
 * @throws {UserError} exit 1 where the realm's discovery document names no `end_session_endpoint`
 */
export async function runLogoutUrl(options: LogoutUrlOptions, ctx: Context): Promise<ExitCode> {
  const idToken = options.idToken === undefined ? undefined : await readToken(options.idToken, ctx)
  const clientId = options.client ?? (idToken && partyOf(idToken))
  requireComplete(options, clientId)
  const { discovery, ...facts } = await gather(clientId, ctx)
  const endpoint = webUrl(discovery.end_session_endpoint)
  if (endpoint === undefined)
    throw new UserError('no-endpoint', 'The discovery document of the realm has no end_session_endpoint.', {
      hint: 'Check --server and -r: is this a Keycloak?',
    })
  const issuer = typeof discovery.issuer === 'string' ? discovery.issuer : undefined
  const { postLogoutRedirectUri, state, legacy = false } = options
  const request = { endpoint, issuer, clientId, idToken, postLogoutRedirectUri, state, legacy }
  const built = buildLogoutUrl(request, facts)
  const findings = (options.snippet ? ofSnippet(built.findings, request) : built.findings).map(explained)
  const document: LogoutUrlDocument = { ...built, findings, ...snippetOf(options.snippet, request) }
  if (!ctx.print.json) ctx.print.plan(findings, findingsView)
  ctx.print.result(document, logoutUrlView)
  return findings.some(({ severity }) => severity === 'error') ? EXIT.checkFailed : EXIT.ok
}

function requireComplete(options: LogoutUrlOptions, clientId: string | undefined): void {
  if (options.snippet && clientId === undefined)
    throw usageError('client-missing', '--snippet needs a client.', 'Name it: --client CLIENT-ID.')
}

const PLACEHOLDER = 'https://app.example.com/'
const ABOUT_NO_HINT = ['no-hint-asks', 'no-hint-stays', 'redirect-needs-hint']

/** The code sends the user's ID token; without a redirect address it holds a placeholder. */
const ofSnippet = (
  findings: readonly Finding[],
  { postLogoutRedirectUri }: Pick<LogoutUrlRequest, 'postLogoutRedirectUri'>,
): readonly Finding[] => [
  ...findings.filter(({ code }) => !ABOUT_NO_HINT.includes(code)),
  ...(postLogoutRedirectUri === undefined
    ? [{ code: 'snippet-placeholder', severity: 'warning' as const, args: { placeholder: PLACEHOLDER } }]
    : []),
]

function snippetOf(name: SnippetName | undefined, request: LogoutUrlRequest): { snippet?: string } {
  const { endpoint, issuer = '', clientId, postLogoutRedirectUri = PLACEHOLDER } = request
  if (!name || clientId === undefined) return {}
  return { snippet: snippet(name, { endpoint, issuer, clientId, postLogoutRedirectUri }) }
}

async function readToken(path: string, ctx: Context): Promise<Decoded> {
  const found = idTokenIn(await ctx.files.read(path, { maxBytes: 1024 * 1024 }))
  if (found === undefined)
    throw usageError(
      'no-id-token',
      `${path === '-' ? 'stdin' : path} holds no ID token, or more than one token.`,
      'Give the whole `id_token` of a token response. It is issued only with the scope `openid`.',
    )
  return decodeToken(found)
}

/** A web address of the discovery document; undefined for anything else that the server may put there. */
function webUrl(value: unknown): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined
  return /^https?:$/.test(new URL(value).protocol) ? value : undefined
}
