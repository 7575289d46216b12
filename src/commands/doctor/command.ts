import type { Command } from '@commander-js/extra-typings'
import { collect, oneOf } from '../../cli/arguments.ts'
import type { OptionsOf, Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { inEachRealm } from '../../cli/realms/in-each-realm.ts'
import type { Finding } from '../../core/finding.ts'
import type { Client } from '../../core/model.ts'
import { commandsAllowed } from '../../core/roles.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import type { Keycloak } from '../../keycloak/keycloak.ts'
import { requireClients } from '../../sessions/require-clients.ts'
import { type Accepted, isAccepted, parseAccept } from './accept.ts'
import { check } from './check.ts'
import type { Facts } from './facts.ts'
import { gather } from './gather.ts'
import { type OpenProbe, openProbe, sharedProbes } from './probe/probe.ts'
import { realmSummary } from './realm-summary.ts'
import { CODES, explained } from './texts/texts.ts'
import { type DoctorDocument, detailedView, doctorView } from './view.ts'

const FAIL_ON = ['error', 'warning'] as const

const EXAMPLES = examples([
  ['kc-logout doctor -r customers', 'what would go wrong in an incident?'],
  ['kc-logout doctor shop --probe', 'call the application, too'],
  ['kc-logout doctor --accept no-url:batch', 'a finding that is intended'],
])

const declare = (program: Command) =>
  program
    .command('doctor')
    .description('Find what would go wrong with a logout: roles, realm, settings, URLs. Changes nothing')
    .argument('[client-id...]', 'only these clients (default: all)')
    .option('--probe', "Call the applications: a forged logout token, and Keycloak's own test call")
    .option('--accept <code[:client-id]>', 'A finding that is known and intended (repeatable)', collect)
    .option('--fail-on <severity>', 'Exit 7 on: error (default), or warning too', oneOf(...FAIL_ON))
    .option('--verbose', 'Show reasons and details, as for clients that are named')
    .addHelpText('before', EXAMPLES)

export type DoctorOptions = OptionsOf<typeof declare> & { readonly clientIds: readonly string[] }

/** Adds `doctor` to the command line. */
export function register(program: Command, start: Start, open = openProbe): void {
  declare(program).action((clientIds, flags) =>
    start(async (ctx) => {
      // Those of a profile are known when its realm is opened.
      acceptedOf(flags.accept ?? [])
      const probes = sharedProbes(open)
      return inEachRealm(ctx, (inRealm) => runDoctor({ clientIds, ...flags }, inRealm, probes), realmSummary)
    }),
  )
}

/**
 * Finds what would go wrong with a logout. Roles: view-clients and view-realm; view-events, view-identity-providers and,
 * with --probe, manage-clients for more. Exit 7 on an error (with --fail-on warning also on a warning) that is not
 * accepted.
 */
export async function runDoctor(options: DoctorOptions, ctx: Context, open: OpenProbe): Promise<ExitCode> {
  const accepted = acceptedOf([...(options.accept ?? []), ...((await ctx.settings()).accept ?? [])])
  const keycloak = await ctx.keycloak()
  const { clientIds, probe = false, failOn = 'error' } = options
  const facts = await gather({ probe, choose: chooser(clientIds, keycloak) }, ctx, open)
  const findings = check(facts).map((finding) => ({
    ...explained(finding),
    ...(isAccepted(finding, accepted) ? { accepted: true as const } : {}),
  }))
  const fails = findings.some((finding) => !('accepted' in finding) && isFailure(finding, failOn))
  const document: DoctorDocument = {
    ...aboutServer(facts),
    realm: keycloak.realm,
    clients: facts.clients?.length ?? 0,
    urls: facts.urls.length,
    probed: probe,
    commands: facts.roles ? commandsAllowed(facts.roles) : [],
    findings,
    verdict: fails ? 'fail' : 'pass',
  }
  ctx.print.result(document, options.verbose || clientIds.length > 0 ? detailedView : doctorView)
  return fails ? EXIT.checkFailed : EXIT.ok
}

const isFailure = ({ severity }: Finding, failOn: (typeof FAIL_ON)[number]): boolean =>
  severity === 'error' || (failOn === 'warning' && severity === 'warning')

const aboutServer = ({ server }: Facts): Pick<DoctorDocument, 'server' | 'evidence'> => ({
  server: { url: server.url, version: server.version ?? null, issuer: server.issuer ?? null },
  evidence: { traces: server.tracesCalls ?? null, logNamesSession: server.logNamesSession ?? null },
})

const chooser =
  (clientIds: readonly string[], keycloak: Keycloak) =>
  (clients: readonly Client[]): readonly Client[] => {
    if (clientIds.length === 0) return clients
    requireClients(clientIds, clients, keycloak)
    return clients.filter(({ clientId }) => clientIds.includes(clientId))
  }

/** Unknown codes are refused: a typing error would accept nothing and look as if it did. */
function acceptedOf(texts: readonly string[]): Accepted[] {
  return texts.map((text) => {
    const accepted = parseAccept(text)
    if (accepted && CODES.includes(accepted.code)) return accepted
    throw usageError(
      'unknown-code',
      `--accept ${text}: there is no such finding.`,
      'Use CODE or CODE:client-id. The code stands below each finding.',
    )
  })
}
