import { boolean, constant, document, list, object, optional, ref, string } from '../build.ts'
import { ERROR } from './common.ts'

const FIELDS = { type: 'string' }

export const listenRestore = document(
  'kc-logout listen --restore --json',
  'Clients left over from a crashed listener, restored',
  {
    restored: list(
      'Clients that are restored',
      object('A client', {
        clientId: string('Client ID when it was taken over'),
        restored: list('Fields that were restored', FIELDS),
        left: list('Fields that someone else has changed since; they stay', FIELDS),
        gone: boolean('The client was deleted'),
        renamedTo: optional(string('Its client ID now')),
        frontStaysOff: optional(
          constant(true, 'The front channel stays off: it would silence a new Backchannel Logout URL'),
        ),
      }),
    ),
    failed: list(
      'Clients that could not be restored',
      object('A client', { clientId: string('Client ID'), error: ref(ERROR, 'Why') }),
    ),
    elsewhere: list(
      'Clients of other realms, not touched',
      object('A client', {
        clientId: string('Client ID'),
        realm: string('Its realm'),
        server: string('Its server'),
      }),
    ),
  },
  [ERROR],
)
