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

/** Networks of IPv4, also written as IPv6 (`::ffff:192.0.2.1`), and those of IPv6. */
interface Addresses {
  readonly ipv4: BlockList
  readonly ipv6: BlockList
}

/** Every address of IPv4, in either form. */
const IPV4 = new BlockList()
IPV4.addSubnet('::ffff:0:0', 96, 'ipv6')

function addressList(networks: readonly Network[]): Addresses {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() }
  for (const { address, prefix, family } of networks) {
    // `::/0` has every address of IPv4 in it, but means those of IPv6.
    const isIpv4 = family === 'ipv4' || ((prefix ?? 128) >= 96 && IPV4.check(address, family))
    const list = lists[isIpv4 ? 'ipv4' : 'ipv6']
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, prefix, family)
  }
  return lists
}

/** Keycloak stores what the proxy names: an address, in some cases with a zone, or no address at all. */
function contains(lists: Addresses, ipAddress: string | undefined): boolean {
  const address = ipAddress?.replace(/%.*$/, '') ?? ''
  const version = isIP(address)
  if (version === 0) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  return lists[IPV4.check(address, family) ? 'ipv4' : 'ipv6'].check(address, family)
}
