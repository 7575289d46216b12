import type { Finding } from '../../core/finding.ts'
import type { IdentityProvider } from '../../core/model.ts'
import { groupBy } from '../../util/group-by.ts'
import type { Facts, UrlFacts } from './facts.ts'
import { CLIENT_RULES } from './rules/client-rules.ts'
import { PROVIDER_RULES } from './rules/provider-rules.ts'
import { REALM_RULES } from './rules/realm-rules.ts'
import { runRules } from './rules/rule.ts'
import { URL_RULES } from './rules/url-rules.ts'

/** Returns the findings: of server and realm, of its identity providers, then client by client with its URLs. */
export function check(facts: Facts): Finding[] {
  const { realm, now } = facts
  const reached = hostsThatKeycloakReached(facts.urls)
  const urls = groupBy(facts.urls, ({ clientId }) => clientId)
  return [
    ...runRules(REALM_RULES, facts),
    ...(facts.providers ?? []).flatMap((provider) =>
      ofProvider(runRules(PROVIDER_RULES, provider), provider),
    ),
    ...(facts.clients ?? []).flatMap((client) => [
      ...runRules(CLIENT_RULES, { client, realm, now }, { clientId: client.clientId }),
      ...(urls.get(client.clientId) ?? []).flatMap((url) => checkUrl(url, now, reached)),
    ]),
  ]
}

const ofProvider = (findings: readonly Finding[], { alias }: IdentityProvider): Finding[] =>
  findings.map((finding) => ({ ...finding, args: { ...finding.args, provider: alias } }))

/** Hosts that Keycloak's own test call reached: a failure from here is then about the connection from here. */
function hostsThatKeycloakReached(urls: readonly UrlFacts[]): ReadonlySet<string> {
  return new Set(
    urls
      .filter(({ tested }) => tested && tested.succeeded.length > 0 && tested.failed.length === 0)
      .map(({ url }) => new URL(url).host),
  )
}

function checkUrl(subject: UrlFacts, now: number, reached: ReadonlySet<string>): Finding[] {
  const { clientId, url, look } = subject
  const findings = runRules(URL_RULES, { ...subject, now }, { clientId, url })
  // Keycloak's test call failed for the same reason as the check from here: one finding is enough.
  const known = findings.some(({ severity }) => severity === 'error')
  const relevant = findings.filter(({ code }) => !(known && code === 'admin-url-test-failed'))
  if (!reached.has(new URL(url).host)) return relevant
  const isAboutHere = ({ code, severity }: Finding) =>
    severity === 'error' && (look.kind === 'failed' || code.startsWith('tls-'))
  return relevant.map((finding) =>
    isAboutHere(finding)
      ? { ...finding, severity: 'info', args: { ...finding.args, onlyFromHere: true } }
      : finding,
  )
}
