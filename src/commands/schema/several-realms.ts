import { VERDICTS } from '../../cli/realms/combine.ts'
import { isRecord } from '../../util/is-record.ts'
import { count, document, integer, list, nullable, object, oneOf, type Schema, string } from './build.ts'

const FAILED = object('A realm that failed', {
  realm: string('The realm'),
  error: object('Why', {
    code: string('Code of the error'),
    message: string('What went wrong'),
    hint: nullable(string('What to do')),
    exitCode: integer('Exit code of this realm'),
  }),
})

type Members = Parameters<typeof document>[2]

/** The schema of what a command prints for several realms, from that of its document for one. */
export const severalRealms = (title: string, one: Schema): Schema =>
  withRealms(one, title, `Several realms: ${one.description}`, (realms) => ({
    realms,
    visible: nullable(count('Realms that the account may see; null if the realms were named')),
    verdict: oneOf(
      'The worst verdict of the realms; `partial` if one failed and another did not; `done` for `sessions`',
      ...VERDICTS,
    ),
  }))

/** The schema of a document with one entry for each realm: what `one` describes, or an error. */
export function withRealms(
  { $defs, description: about, properties, required, ...one }: Schema,
  title: string,
  description: string,
  members: (realms: Schema) => Members,
): Schema {
  const { schemaVersion: _, ...inner } = isRecord(properties) ? properties : {}
  const { $schema: __, title: ___, ...rest } = one
  const done = {
    ...rest,
    description: `One realm: ${about}`,
    properties: inner,
    required: Array.isArray(required) ? required.filter((name) => name !== 'schemaVersion') : [],
  }
  const made = document(
    title,
    description,
    members(list('Each realm, the one signed in to last', { anyOf: [done, FAILED] })),
  )
  return $defs === undefined ? made : { ...made, $defs }
}
