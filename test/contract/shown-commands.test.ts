import { expect, it } from 'vitest'
import { COMMANDS } from '../../src/registry.ts'
import { sourceTexts } from '../support/source-texts.ts'

/** A command line with a value in it: `kc-logout user ${}`, `kc-logout ${}`. */
const COMMAND_WITH_VALUE = new RegExp(
  `kc-logout (?:(?:${COMMANDS.map(({ name }) => name).join('|')})\\b[^\`.;:]*)?\\$\\{\\}`,
)
/** The start of a command that is joined with `+`. */
const JOINED_COMMAND = /^[^$]*kc-logout [a-z][a-z-]*[^.:]* $/
/** Text with the version of the program. */
const VERSION = /^Written by kc-logout \$\{\}/

it('only kcLogout builds commands with values', () => {
  const built = sourceTexts().filter(
    ({ place, text, tag, hasValues }) =>
      hasValues &&
      tag !== 'kcLogout' &&
      (COMMAND_WITH_VALUE.test(text) || JOINED_COMMAND.test(text)) &&
      !VERSION.test(text) &&
      !place.startsWith('src/util/shown-command.ts'),
  )
  expect(built.map(({ place, text }) => `${place} ${text}`)).toEqual([])
})
