import { describe, expect, it } from 'vitest'
import { sourceTexts } from '../support/source-texts.ts'

/** Wording that help, errors, hints and views must not contain, with the plain form. */
const BANNED: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\b(un)?told\b/i, 'notified, not notified'],
  [/\bhears?\b/i, 'is notified'],
  [/\b(nobody|somebody|everybody|anybody|whoever)\b/i, 'name the user, administrator or application; anyone'],
  [/\b(people|persons?)\b/i, 'users'],
  [/(?<!\bthere )\b(is|are) no (?!longer\b)/i, '"is not a valid …", "is missing"'],
  [/(?<!\bthere )\b(is|are) none\b(?! of)/i, '"is not …", "is empty"'],
  [/\bso (many|much) (?!that\b)/i, 'a number, "at most"'],
  [/\b(an?|the|one|each|this|every) act\b|\bact(s|ed)? on (?!behalf)/i, 'operation, target'],
  [/\bwhom\b/i, 'name the user'],
  [/\b(puts?|put) back\b|\btakes? back\b/i, 'restore, undo'],
  [/\bmeanwhile\b/i, 'in the meantime'],
  [/\bunder way\b/i, 'in progress, in flight'],
  [/\bspeaks? \w/i, 'uses'],
  [/\bbesides?\b/i, 'in addition to, next to'],
  [/\bjudge[sd]?\b/i, 'verify, check'],
  [/\btry again\b|\btried again\b/i, 'retry'],
  [/\bas (?:it|they) (?:was|were) as\b/i, 'unchanged'],
]

/** Names and quotes that are not our wording. */
const NOT_WORDING = /^--act-timeout /

describe('help, messages and views are in plain English', () => {
  const texts = sourceTexts().filter(({ text }) => / /.test(text) && !NOT_WORDING.test(text))

  it.each(BANNED)('without %s (instead: %s)', (pattern) => {
    const found = texts.filter(({ text }) => pattern.test(text))
    expect(found.map(({ place, text }) => `${place} ${text}`)).toEqual([])
  })
})
