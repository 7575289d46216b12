import { quoted, type Section } from '../../../report/page.ts'
import { pluralize } from '../../../util/format.ts'
import type { AllReport } from './all-report.ts'

/** Rows of each table; the JSON lists all. */
const MAX_SESSIONS = 100

/** The sessions that were not ended because the calls of their client failed, and how to end them later. */
export const heldBackSection = ({ outcome: { heldBack = [] } }: AllReport): Section[] =>
  heldBack.map(({ clientId, answer, notBefore, error, sessions, command }) => ({
    title: `Held back: ${pluralize(sessions.length, 'session')}`,
    blocks: [
      {
        kind: 'facts',
        facts: [
          ['Client', quoted(clientId)],
          ['Last answer', quoted(answer)],
          ['Tokens cut off', notBefore ?? (error === undefined ? 'no' : ['no: ', quoted(error)])],
          ['To end them later', quoted(command)],
        ],
      },
      {
        kind: 'table',
        heads: [{ text: 'Session' }, { text: 'User' }, { text: 'Kind' }],
        rows: sessions
          .slice(0, MAX_SESSIONS)
          .map(({ id, username, offline }) => [
            { text: quoted(id) },
            { text: quoted(username) },
            { text: offline ? 'offline' : 'online' },
          ]),
        more: Math.max(0, sessions.length - MAX_SESSIONS),
      },
    ],
  }))
