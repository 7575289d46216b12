import type { Settings } from '../config/settings.ts'
import { bold, dim, type Line, type View } from '../ui/text.ts'
import { wrapped } from '../ui/wrap.ts'
import type { Context } from './context.ts'

/**
 * The line that every plan begins with: which realm, at which server, and where both came from, so that a variable left
 * in a shell does not log the wrong people out. Shown on stderr, also with `--quiet`.
 */
export async function showTarget(ctx: Context): Promise<void> {
  const { server } = await ctx.keycloak()
  ctx.print.plan({ ...(await ctx.settings()), address: server }, whereView)
}

const whereView: View<Settings & { address: string }> = ({ realm, server, address }, screen): Line[] => {
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
