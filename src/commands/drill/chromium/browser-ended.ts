import { EXIT, UserError } from '../../../errors.ts'

/** The error after Chromium has crashed or was killed. */
export const browserEnded = () =>
  new UserError('browser-failed', 'Chromium ended unexpectedly.', {
    exitCode: EXIT.unreachable,
    hint: 'It may have run out of memory: drill fewer clients at a time.',
  })
