import { isRecord } from '../../util/is-record.ts'
import { document, integer, list, nullable, object, oneOf, type Schema, string } from './build.ts'

const FAILED = object('A realm that failed', {
  realm: string('The realm'),
  error: object('Why', {
    code: string('Code of the error'),
    message: string('What went wrong'),
    hint: nullable(string('What to do')),
    exitCode: integer('Exit code of this realm'),
  }),
})

/** The schema of what a command prints for several realms, from that of its document for one. */
export function severalRealms(title: string, one: Schema): Schema {
  const { $schema: _, $defs, title: __, description, ...rest } = one
  const { schemaVersion: ___, ...properties } = isRecord(rest.properties) ? rest.properties : {}
  const required = Array.isArray(rest.required)
    ? rest.required.filter((name) => name !== 'schemaVersion')
    : []
  const done = { ...rest, description: `One realm: ${description}`, properties, required }
  const made = document(title, `Several realms: ${description}`, {
    realms: list('Each realm, the one signed in to last', { anyOf: [done, FAILED] }),
    visible: nullable({
      type: 'integer',
      minimum: 0,
      description: 'Realms that the account may see; null if the realms were named',
    }),
    verdict: oneOf(
      'The worst verdict of the realms; `partial` if one failed and another did not; `done` for `sessions`',
      'nothing-to-do',
      'unchanged',
      'pass',
      'planned',
      'done',
      'drift',
      'fail',
      'partial',
      'failed',
    ),
  })
  return $defs === undefined ? made : { ...made, $defs }
}
