import { BlockList, isIP } from 'node:net'
import type { Chosen, Moment, Network, SessionCriteria } from '../../core/choice.ts'
import type { Session } from '../../core/model.ts'

/** What a filter looks at. */
export type FilteredSession = Pick<Session, 'ipAddress' | 'start' | 'lastAccess' | 'clients'>

interface Criterion {
  readonly option: string
  readonly values: readonly string[]
  readonly matches: (session: FilteredSession) => boolean
  count: number
}

/** Chooses sessions: all that meet every criterion, each by one of its values. */
export class SessionFilter {
  readonly #criteria: readonly Criterion[]

  /** @param now by the server's clock, milliseconds since the epoch: durations count from it */
  constructor(criteria: SessionCriteria, now: number) {
    this.#criteria = criteriaOf(criteria, now).filter(({ values }) => values.length > 0)
  }

  /** Is every session chosen? */
  get isEmpty(): boolean {
    return this.#criteria.length === 0
  }

  matches(session: FilteredSession): boolean {
    return this.#criteria.every((criterion) => criterion.matches(session))
  }

  /** As `matches`, and counts for each option whether it alone chooses the session. Call it once for each session. */
  count(session: FilteredSession): boolean {
    let isChosen = true
    for (const criterion of this.#criteria) {
      if (criterion.matches(session)) criterion.count++
      else isChosen = false
    }
    return isChosen
  }

  /** How many of the counted sessions each option chose. */
  get chosen(): Chosen[] {
    return this.#criteria.map(({ option, values, count }) => ({ option, values, sessions: count }))
  }
}

function criteriaOf(criteria: SessionCriteria, now: number): Criterion[] {
  const { clientIds, networks, idle, startedBefore, startedAfter } = criteria
  const addresses = addressList(networks)
  const unusedSince = Math.max(...idle.map(({ length }) => now - length))
  const before = Math.max(...startedBefore.map((moment) => timeOf(moment, now)))
  const after = Math.min(...startedAfter.map((moment) => timeOf(moment, now)))
  const criterion = (
    option: string,
    given: readonly (string | { text: string })[],
    matches: Criterion['matches'],
  ) => ({
    option,
    values: given.map((value) => (typeof value === 'string' ? value : value.text)),
    matches,
    count: 0,
  })
  return [
    criterion('--client', clientIds, ({ clients }) =>
      clients.some(({ clientId }) => clientIds.includes(clientId)),
    ),
    criterion('--ip', networks, ({ ipAddress }) => contains(addresses, ipAddress)),
    criterion('--idle', idle, ({ lastAccess }) => lastAccess <= unusedSince),
    criterion('--started-before', startedBefore, ({ start }) => start < before),
    criterion('--started-after', startedAfter, ({ start }) => start >= after),
  ]
}

const timeOf = (moment: Moment, now: number) => ('at' in moment ? moment.at : now - moment.ago)

function addressList(networks: readonly Network[]): BlockList {
  const list = new BlockList()
  for (const { address, prefix, family } of networks) {
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, prefix, family)
  }
  return list
}

/** Keycloak stores what the proxy names: an address, in some cases with a zone, or no address at all. */
function contains(list: BlockList, ipAddress: string | undefined): boolean {
  const address = ipAddress?.replace(/%.*$/, '') ?? ''
  const version = isIP(address)
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6')
}
