import type { Settings } from '../config/settings.ts'
import { bold, dim, type Line, type View } from '../ui/text.ts'
import { wrapped } from '../ui/wrap.ts'
import type { Context } from './context.ts'

/**
 * Shows the target realm and server, and where both came from: a variable left over in a shell must not log out the wrong
 * users. The first line of every plan; on stderr, also with `--quiet`.
 */
export async function showTarget(ctx: Context): Promise<void> {
  const { server } = await ctx.keycloak()
  ctx.print.plan({ ...(await ctx.settings()), address: server }, targetView)
}

const targetView: View<Settings & { address: string }> = ({ realm, server, address }, screen): Line[] => {
  const sources = [...new Set([realm?.source, server?.source].filter(Boolean))]
  const isMaster = realm?.value === 'master'
  return [
    ...wrapped([bold(realm?.value ?? ''), ` at ${address} `, dim(`(from ${sources.join(' and ')})`)], screen),
    ...(isMaster
      ? [[{ text: "master is the realm of Keycloak's own administrators.", tone: 'warn' as const }]]
      : []),
    '',
  ]
}
