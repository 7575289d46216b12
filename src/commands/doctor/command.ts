import type { Command } from 'commander'
import { collect } from '../../cli/arguments.ts'
import type { Start } from '../../cli/command.ts'
import type { Context } from '../../cli/context.ts'
import { examples } from '../../cli/help.ts'
import { commandsAllowed } from '../../core/roles.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import { requireClients } from '../../sessions/require-clients.ts'
import { type Accepted, isAccepted, parseAccept } from './accept.ts'
import { checkUp } from './check.ts'
import { gatherFacts } from './gather.ts'
import { openProbe } from './probe/probe.ts'
import { CODES, said } from './texts/texts.ts'
import { type DoctorDocument, doctorView } from './view.ts'

export interface DoctorOptions {
  readonly clientIds: readonly string[]
  readonly probe?: boolean
  readonly accept?: readonly string[]
}

const EXAMPLES = examples([
  ['kc-logout doctor -r customers', 'what would go wrong in an incident?'],
  ['kc-logout doctor shop --probe', 'calls the application, too'],
  ['kc-logout doctor --accept no-url:batch', 'what is known and wanted'],
])

/** Adds `doctor` to the command line. */
export function register(program: Command, start: Start, open = openProbe): void {
  program
    .command('doctor')
    .description('Says what would go wrong with a logout: roles, realm, wiring, URLs. Changes nothing.')
    .argument('[client-id...]', 'only these clients; all of them if none is named')
    .option('--probe', "calls the applications: a forged logout token, and Keycloak's own test call")
    .option('--accept <code[:client-id]>', 'a finding that is known and wanted (repeatable)', collect)
    .addHelpText('before', EXAMPLES)
    .action((clientIds: string[], flags: Omit<DoctorOptions, 'clientIds'>) =>
      start((ctx) => runDoctor({ clientIds, ...flags }, ctx, open)),
    )
}

/**
 * Looks for what would go wrong. Roles: view-clients and view-realm; others are only told to be missing; manage-clients
 * with --probe. Exit 7 on an error that is not accepted.
 */
export async function runDoctor(options: DoctorOptions, ctx: Context, open = openProbe): Promise<ExitCode> {
  const accepted = acceptedOf([...(options.accept ?? []), ...((await ctx.settings()).accept ?? [])])
  const keycloak = await ctx.keycloak()
  const facts = await gatherFacts(
    {
      probe: options.probe ?? false,
      choose(clients) {
        if (options.clientIds.length === 0) return clients
        requireClients(options.clientIds, clients, keycloak)
        return clients.filter(({ clientId }) => options.clientIds.includes(clientId))
      },
    },
    ctx,
    open,
  )
  const findings = checkUp(facts).map((finding) => ({
    ...said(finding),
    ...(isAccepted(finding, accepted) ? { accepted: true as const } : {}),
  }))
  const failed = findings.some((finding) => finding.severity === 'error' && !('accepted' in finding))
  const document: DoctorDocument = {
    server: {
      url: facts.server.url,
      version: facts.server.version ?? null,
      issuer: facts.server.issuer ?? null,
    },
    realm: keycloak.realm,
    clients: facts.clients?.length ?? 0,
    urls: facts.urls.length,
    probed: options.probe ?? false,
    commands: facts.roles ? commandsAllowed(facts.roles) : [],
    findings,
    verdict: failed ? 'fail' : 'pass',
  }
  ctx.print.result(document, doctorView)
  return failed ? EXIT.checkFailed : EXIT.ok
}

/** A typing error must not hide a fault, nor seem to. */
function acceptedOf(texts: readonly string[]): Accepted[] {
  return texts.map((text) => {
    const accepted = parseAccept(text)
    if (accepted && CODES.includes(accepted.code)) return accepted
    throw usageError(
      'unknown-code',
      `--accept ${text}: there is no finding of that code.`,
      'Its form is CODE or CODE:client-id, and the code stands below each finding.',
    )
  })
}
