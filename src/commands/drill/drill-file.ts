import * as v from 'valibot'
import { usageError } from '../../errors.ts'
import { checkInput, filledText } from '../../util/check-input.ts'
import { isRecord } from '../../util/is-record.ts'
import { httpUrl, URL_HINT } from './hosts.ts'
import { isValidSelector } from './html.ts'
import type { AppPage } from './look.ts'
import type { FileApp } from './targets.ts'

/** A text that begins like an id, a class or an attribute is a CSS selector. */
const isSelector = (text: string) => /^[#.[]/.test(text)

const url = v.exactOptional(
  v.pipe(
    v.string('a URL'),
    v.check((text) => httpUrl(text) !== undefined, `is not a valid URL\n${URL_HINT}`),
  ),
)

const APP = v.strictObject(
  {
    clientId: filledText('a name'),
    url,
    signedIn: v.exactOptional(
      v.pipe(
        filledText(),
        v.check((text) => !isSelector(text) || isValidSelector(text), 'is not a valid CSS selector'),
      ),
    ),
    logoutProbe: url,
  },
  'an application',
)

const FILE = v.strictObject(
  {
    apps: v.pipe(
      v.array(APP, 'a list of applications'),
      v.nonEmpty('is an empty list'),
      v.checkItems(
        ({ clientId }, index, all) => all.findIndex((other) => other.clientId === clientId) === index,
        'is in the list twice',
      ),
    ),
  },
  'a set of keys',
)

/**
 * Checks a parsed drill file.
 * @param name of the file in messages
 * @throws {UserError} `file-invalid` (2)
 */
export function readDrillFile(document: unknown, name: string): FileApp[] {
  const { output, problems } = checkInput(FILE, document, {
    label: (item) =>
      isRecord(item) && typeof item.clientId === 'string' && item.clientId !== ''
        ? JSON.stringify(item.clientId)
        : undefined,
    otherNames: { id: 'clientId', name: 'clientId', 'logout-probe': 'logoutProbe', probe: 'logoutProbe' },
  })
  if (problems)
    throw usageError(
      'file-invalid',
      `${name}: ${problems.map(({ message }) => message).join('; ')}.`,
      problems.find(({ hint }) => hint)?.hint ?? 'docs/guides/drill.md shows the form.',
    )
  return output.apps.map(({ clientId, url, signedIn, logoutProbe }) => ({
    clientId,
    url: optionalUrl(url),
    signedIn: signedIn === undefined ? undefined : markOf(signedIn),
    logoutProbe: optionalUrl(logoutProbe),
  }))
}

const optionalUrl = (text: string | undefined) => (text === undefined ? undefined : httpUrl(text))

const markOf = (text: string): AppPage['signedIn'] => (isSelector(text) ? { selector: text } : { text })
