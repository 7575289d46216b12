import type { ConfigureOutcome } from '../../src/client-settings/outcome.ts'
import { commandLine, type Ran, type World } from './command-line.ts'
import { FakeKeycloak } from './fake-keycloak.ts'

export const URL_A = 'https://a.example/logout'
export const URL_B = 'https://b.example/logout'

/** A realm with a client with the front channel on (shop), one without URLs (iot) and one of SAML (legacy). */
export function configuring() {
  const keycloak = new FakeKeycloak()
  keycloak.addClient({ clientId: 'shop', frontchannelLogout: true, rootUrl: 'https://shop.example' })
  keycloak.addClient({ clientId: 'iot', backchannelLogoutSessionRequired: true })
  keycloak.addClient({ clientId: 'legacy', protocol: 'saml', adminUrl: 'https://saml.example/acs' })
  return {
    keycloak,
    configure: (args: string, world?: World): Promise<Ran> =>
      commandLine(keycloak, world)('configure', ...args.split(' ').filter(Boolean)),
    /** The representations that were sent, in order. */
    puts: () => keycloak.operations.filter(({ name }) => name === 'updateClient').map(({ args }) => args[1]),
  }
}

/** Each client with its status and the codes of its findings: `shop changed admin-url-only`. */
export const summaries = (ran: Ran) =>
  ran
    .json<ConfigureOutcome>()
    .clients.map(
      ({ clientId, status, findings }) =>
        `${clientId} ${status} ${findings.map(({ code }) => code).join(' ')}`,
    )
