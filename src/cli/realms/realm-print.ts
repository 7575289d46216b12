import type { Print, Progress } from '../../ui/output.ts'
import { bold, type Line } from '../../ui/text.ts'
import type { Context, RealmOfSeveral } from '../context.ts'

const named = (name: string, line: Line): Line => [bold(name), ': ', ...(Array.isArray(line) ? line : [line])]

/** The context of a realm whose warnings and lines name it; its plan and its result are kept. */
export function namedContext(
  { name, ctx }: RealmOfSeveral,
  progress: (name: string) => Progress,
  keep: (kind: 'result' | 'planned', document: unknown, view: unknown) => void,
): Context {
  const { print } = ctx
  const inRealm: Print = {
    ...print,
    // Those of all realms are shown together.
    result: (document, view) => keep('result', document, view),
    plan: (document, view) => keep('planned', document, view),
    warn: (line) => print.warn(named(name, line)),
    // A note that holds for each realm would be said once for each.
    note() {},
    item: (document, view) =>
      print.item({ realm: name, ...document }, (value, screen) =>
        view(value, screen).map((line) => named(name, line)),
      ),
    progress: () => progress(name),
  }
  return { ...ctx, print: inRealm }
}

/** Shows the notes of a realm above a bar that counts realms. */
export const notesOnly =
  (bar: Progress) =>
  (name: string): Progress => ({
    phase() {},
    update() {},
    note: (line) => bar.note(named(name, line)),
    stop() {},
  })

/** Shows the progress of one realm, with its name. */
export const prefixed = (name: string, bar: Progress): Progress => ({
  ...bar,
  phase: (what, total) => bar.phase(`${name}: ${what}`, total),
  note: (line) => bar.note(named(name, line)),
})
