import type { SessionCriteria } from '../../src/core/choice.ts'
import { ChosenUsers } from '../../src/sessions/choose/choose-users.ts'
import { SessionChoice } from '../../src/sessions/choose/session-choice.ts'
import { SessionFilter } from '../../src/sessions/choose/session-filter.ts'
import { aUser } from './builders.ts'

const NO_CRITERIA: SessionCriteria = {
  clientIds: [],
  networks: [],
  idle: [],
  startedBefore: [],
  startedAfter: [],
}

/** The choice of sessions of these clients, without those of some users; without arguments everything. */
export function aChoice({
  clientIds = [],
  excludedUserIds = [],
}: {
  readonly clientIds?: readonly string[]
  readonly excludedUserIds?: readonly string[]
} = {}): SessionChoice {
  const excluded = excludedUserIds.map((id) => aUser({ id }))
  return new SessionChoice(
    new ChosenUsers(undefined, excluded, []),
    new SessionFilter({ ...NO_CRITERIA, clientIds }, 0),
  )
}
