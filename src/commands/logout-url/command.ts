import type { Command } from 'commander'
import { oneOf } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import type { Finding } from '../../core/finding.ts'
import { EXIT, type ExitCode, UserError, usageError } from '../../errors.ts'
import { type Decoded, decodeToken } from '../../token/decode.ts'
import { buildLogoutUrl, type LogoutUrlWish, partyOf, type RealmFacts } from './build.ts'
import { idTokenIn } from './extract-token.ts'
import { SNIPPETS, type SnippetName, snippet } from './snippets.ts'
import { said } from './texts.ts'
import { findingsView, logoutUrlView } from './view.ts'

export interface LogoutUrlOptions {
  readonly client?: string
  readonly idToken?: string
  readonly postLogoutRedirectUri?: string
  readonly state?: string
  readonly legacy?: boolean
  readonly snippet?: SnippetName
}

const EXAMPLES = examples([
  [
    'kc-logout logout-url --client shop \\\n      --post-logout-redirect-uri https://shop.example.com/',
    'ends the session, and comes back there',
  ],
  ['kc-logout logout-url --id-token id.jwt', 'without asking the person'],
  ['kc-logout logout-url --client shop --snippet django', 'how an application uses it'],
])

/** Adds `logout-url` to the command line. */
export function register(program: Command, start: Start): void {
  program
    .command('logout-url')
    .description("Builds the URL by which an application logs a person out, checked by Keycloak's rules.")
    .option('--client <client-id>', 'the application')
    .option('--id-token <file>', "the person's ID token: then Keycloak asks nothing; - reads stdin")
    .option('--post-logout-redirect-uri <url>', 'where the browser goes afterwards')
    .option('--state <value>', 'handed back with it')
    .option('--legacy', 'redirect_uri, as before Keycloak 18')
    .option('--snippet <framework>', `how an application uses it: ${SNIPPETS.join(', ')}`, oneOf(...SNIPPETS))
    .addHelpText('before', EXAMPLES)
    .action((flags: LogoutUrlOptions) => start((ctx) => runLogoutUrl(flags, ctx)))
}

/**
 * Builds a logout URL; sends nothing but reads. Roles: none for the URL; view-clients to check the address, when
 * credentials are given. Exit 7 when Keycloak would refuse it.
 */
export async function runLogoutUrl(options: LogoutUrlOptions, ctx: Context): Promise<ExitCode> {
  const { postLogoutRedirectUri, state, legacy = false } = options
  if (options.client === '')
    throw usageError('client-missing', '--client is empty.', 'Name the client: --client CLIENT-ID.')
  const idToken = options.idToken === undefined ? undefined : await readToken(options.idToken, ctx)
  const clientId = options.client ?? (idToken && partyOf(idToken))
  if (options.snippet && clientId === undefined)
    throw usageError('client-missing', 'A snippet is for one application.', 'Name it: --client CLIENT-ID.')
  if (postLogoutRedirectUri === '')
    throw usageError(
      'bad-url',
      '--post-logout-redirect-uri is empty.',
      'Give the address where people go afterwards, or leave it out.',
    )

  const { discovery, ...facts } = await gather(clientId, ctx)
  const endpoint = webUrl(discovery.end_session_endpoint)
  if (endpoint === undefined)
    throw new UserError('no-endpoint', 'The discovery document of the realm names no end_session_endpoint.', {
      hint: 'Is this a Keycloak? Check --server and -r.',
    })
  const issuer = typeof discovery.issuer === 'string' ? discovery.issuer : undefined
  const wish = { endpoint, issuer, clientId, idToken, postLogoutRedirectUri, state, legacy }
  const built = buildLogoutUrl(wish, facts)
  const findings = (options.snippet ? ofSnippet(built.findings, wish) : built.findings).map(said)
  if (!ctx.print.json) ctx.print.plan(findings, findingsView)
  ctx.print.result(
    {
      ...built,
      findings,
      ...(options.snippet && clientId !== undefined
        ? {
            snippet: snippet(options.snippet, {
              endpoint,
              issuer: issuer ?? '',
              clientId,
              postLogoutRedirectUri: postLogoutRedirectUri ?? PLACEHOLDER,
            }),
          }
        : {}),
    },
    logoutUrlView,
  )
  return findings.some(({ severity }) => severity === 'error') ? EXIT.checkFailed : EXIT.ok
}

const PLACEHOLDER = 'https://app.example.com/'
const ABOUT_NO_HINT = ['no-hint-asks', 'no-hint-stays', 'redirect-needs-hint']

/** A snippet sends the ID token of whoever is signed in; where nobody gave an address, the one in it is made up. */
const ofSnippet = (
  findings: readonly Finding[],
  { postLogoutRedirectUri }: Pick<LogoutUrlWish, 'postLogoutRedirectUri'>,
): readonly Finding[] => [
  ...findings.filter(({ code }) => !ABOUT_NO_HINT.includes(code)),
  ...(postLogoutRedirectUri === undefined
    ? [{ code: 'snippet-placeholder', severity: 'warning' as const, args: { placeholder: PLACEHOLDER } }]
    : []),
]

async function readToken(path: string, ctx: Context): Promise<Decoded> {
  const found = idTokenIn(await ctx.files.read(path, { maxBytes: 1024 * 1024 }))
  if (found === undefined)
    throw usageError(
      'no-id-token',
      `There is no ID token in ${path === '-' ? 'stdin' : path}, or more than one token.`,
      'Give the `id_token` of a token response, whole; it comes only with scope `openid`.',
    )
  return decodeToken(found)
}

/** With credentials the client is looked at; without, only what everybody may read. */
async function gather(
  clientId: string | undefined,
  ctx: Context,
): Promise<RealmFacts & { discovery: Readonly<Record<string, unknown>> }> {
  const { server, realm, ...signIn } = await ctx.settings()
  const { username, clientSecret, clientKey, clientCert, token, session } = signIn
  if (username || clientSecret || clientKey || clientCert || token || session) {
    const keycloak = await ctx.keycloak()
    const [discovery, { version }, client] = await Promise.all([
      keycloak.discovery(),
      keycloak.capabilities(),
      clientId === undefined ? undefined : keycloak.findClient(clientId),
    ])
    return {
      discovery,
      version,
      client,
      clientExists: clientId === undefined ? undefined : client !== undefined,
    }
  }
  if (!server || !realm)
    throw usageError(
      server ? 'realm-missing' : 'server-missing',
      server ? 'No realm is given.' : 'No server is given.',
      server ? 'Name it: -r customers.' : 'Name it: --server https://keycloak.example.com.',
    )
  const base = server.value.replace(/\/+$/, '')
  const { body } = await ctx.fetchJson(
    `${base}/realms/${encodeURIComponent(realm.value)}/.well-known/openid-configuration`,
  )
  const discovery = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  return { discovery, version: undefined, client: undefined, clientExists: undefined }
}

/** A discovery document is a server's word: what is not a web address is not shown as one. */
function webUrl(value: unknown): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined
  return /^https?:$/.test(new URL(value).protocol) ? value : undefined
}
