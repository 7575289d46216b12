import type { CommandEntry } from '../../src/cli/command.ts'
import type { ExitCode } from '../../src/errors.ts'
import { COMMANDS } from '../../src/registry.ts'
import { main } from '../../src/run.ts'
import { plain } from '../../src/ui/palette.ts'
import { reportError } from '../../src/ui/printer.ts'
import { type TestContext, testContext, type World } from './context.ts'
import type { FakeKeycloak } from './fake-keycloak.ts'
import { requireDocumented } from './schemas.ts'

export type { World } from './context.ts'

export interface Ran {
  readonly code: ExitCode
  readonly stdout: string
  readonly stderr: string
  /** The questions asked, in order. */
  readonly asked: readonly string[]
  /** The URLs of fetched documents. */
  readonly fetched: readonly string[]
  /** Comments for the User-Agent. */
  readonly announced: readonly string[]
  /** Shown progress: a phase as `name (total)`, a note as its text. */
  readonly progress: readonly string[]
  /** Written files, by path. */
  readonly saved: Readonly<Record<string, string>>
  /** The JSON document on stdout. */
  json<T = Record<string, unknown>>(): T
}

/** The commands, with the fake network of `world` where a command opens connections of its own. */
function commandsIn(
  keycloak: FakeKeycloak,
  { probe, names, reachable, dead }: World,
): [commands: CommandEntry[], hidden: CommandEntry[]] {
  const connect = async (url: string) => {
    const isDead = dead?.some((host) => url.startsWith(host)) ?? false
    const answers = (reachable?.includes(url) ?? false) || !keycloak.deadAdminUrls.has(url)
    return isDead || !answers ? ('refused' as const) : ('accepted' as const)
  }
  const replaced: Record<string, CommandEntry['load']> = {
    user: async () => {
      const { register } = await import('../../src/commands/user/command.ts')
      return { register: (program, start) => register(program, start, connect) }
    },
    all: async () => {
      const { register } = await import('../../src/commands/all/command.ts')
      return { register: (program, start) => register(program, start, connect) }
    },
    doctor: async () => {
      const { register } = await import('../../src/commands/doctor/command.ts')
      const open = async () => probe ?? Promise.reject(new Error('this test has no probe'))
      return { register: (program, start) => register(program, start, open) }
    },
  }
  const complete: CommandEntry['load'] = async () => {
    const { register } = await import('../../src/commands/completion/complete.ts')
    const find = async (kind: string) => names?.[kind] ?? []
    return { register: (program, start) => register(program, start, COMMANDS, find) }
  }
  return [
    COMMANDS.map((entry) => ({ ...entry, load: replaced[entry.name] ?? entry.load })),
    [{ name: '__complete', group: '', summary: '', load: complete }],
  ]
}

/** Runs whole command lines in this process. Only Keycloak, the files, the clock, the network and the user are fake. */
export const commandLine =
  (keycloak: FakeKeycloak, world: World = {}) =>
  async (...argv: string[]): Promise<Ran> => {
    const contexts: TestContext[] = []
    const entry = { out: '', err: '' }
    const sink = (name: 'out' | 'err') => ({
      palette: plain,
      screen: { columns: world.columns ?? 80 },
      write: (text: string) => {
        const context = contexts.at(-1)
        if (context) context.written[name] += text
        else entry[name] += text
      },
      drained: () => Promise.resolve(),
    })
    const code = await main(
      argv,
      {
        signal: world.signal ?? new AbortController().signal,
        columns: world.columns ?? 80,
        manual: (command) => `/kc-logout/docs/${command ? `reference/${command}` : 'README'}.md`,
        writeOut: sink('out').write,
        report: (error, { json }) => reportError(error, { out: sink('out'), err: sink('err'), json }),
        context: async ({ json, quiet, several }) => {
          const context = testContext(keycloak, world, { json, quiet, several })
          contexts.push(context)
          return context.ctx
        },
      },
      ...commandsIn(keycloak, world),
    )
    const context = contexts.at(-1)
    const stdout = context?.written.out ?? entry.out
    requireDocumented(argv, stdout, code)
    return {
      code,
      stdout,
      stderr: context?.written.err ?? entry.err,
      asked: context?.asked ?? [],
      fetched: context?.fetched ?? [],
      announced: context?.announced ?? [],
      progress: context?.progress ?? [],
      saved: context?.saved ?? {},
      json: <T>() => JSON.parse(stdout) as T,
    }
  }
