import type { Context } from '../../cli/context.ts'
import { findClients } from '../../client-settings/find-clients.ts'
import { planClient } from '../../client-settings/plan.ts'
import { refuse } from '../../client-settings/refuse.ts'
import type { Client } from '../../core/model.ts'
import { EXIT, type ExitCode, usageError } from '../../errors.ts'
import { exportedSettings, refusedUrls, toYaml } from './export.ts'

interface ExportOptions {
  readonly clientIds: readonly string[]
}

/** `configure --export`: prints the present settings of the named clients, or of all. Changes nothing. */
export async function runExport({ clientIds, ...flags }: ExportOptions, ctx: Context): Promise<ExitCode> {
  const other = Object.entries(flags).find(([name, value]) => name !== 'export' && value !== undefined)
  if (other)
    throw usageError(
      'contradiction',
      '--export takes no other option.',
      'Leave the others out; client ids select what is printed.',
    )
  const keycloak = await ctx.keycloak()
  const clients =
    clientIds.length > 0 ? await findClients([...new Set(clientIds)], keycloak) : await keycloak.clients()
  const foreign = clients.filter(isForeign)
  if (clientIds.length > 0) refuse(foreign.flatMap((client) => planClient(client, {}).findings))
  const ours = clients.filter((client) => !isForeign(client))
  const document = exportedSettings(keycloak.realm, ours)
  const refused = ours.flatMap(refusedUrls)
  if (ctx.print.json) ctx.print.result(document, () => [])
  else ctx.print.raw(toYaml(document, refused))
  if (foreign.length > 0)
    ctx.print.note(`Left out (not OpenID Connect): ${foreign.map(({ clientId }) => clientId).join(', ')}`)
  for (const { clientId, args } of refused)
    ctx.print.note(`Left out (a file with it would be refused): ${args?.field} of ${clientId}`)
  return EXIT.ok
}

const isForeign = ({ protocol }: Client) => protocol !== 'openid-connect'
