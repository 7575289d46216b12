import type { Finding } from '../../core/finding.ts'
import type { Facts, UrlFacts } from './facts.ts'
import { CLIENT_RULES } from './rules/client-rules.ts'
import { REALM_RULES } from './rules/realm-rules.ts'
import { runRules } from './rules/rule.ts'
import { URL_RULES } from './rules/url-rules.ts'

/** Makes findings of facts: the realm's first, then client by client with its URLs. */
export function checkUp(facts: Facts): Finding[] {
  const { realm, now, urls } = facts
  const reached = hostsThatKeycloakReached(urls)
  return [
    ...runRules(REALM_RULES, facts),
    ...(facts.clients ?? []).flatMap((client) => [
      ...runRules(CLIENT_RULES, { client, realm, now }, { clientId: client.clientId }),
      ...urls
        .filter(({ clientId }) => clientId === client.clientId)
        .flatMap((url) => aboutUrl(url, now, reached)),
    ]),
  ]
}

/** Keycloak's own test call got through to these: what fails from here then is about here. */
function hostsThatKeycloakReached(urls: readonly UrlFacts[]): ReadonlySet<string> {
  return new Set(
    urls
      .filter(({ tested }) => tested && tested.succeeded.length > 0 && tested.failed.length === 0)
      .map(({ url }) => new URL(url).host),
  )
}

function aboutUrl(subject: UrlFacts, now: number, reached: ReadonlySet<string>): Finding[] {
  const { clientId, url, look } = subject
  const findings = runRules(URL_RULES, { ...subject, now }, { clientId, url })
  // Keycloak's test call failed for the same reason as the look from here: once is enough.
  const known = findings.some(({ severity }) => severity === 'error')
  const news = findings.filter(({ code }) => !(known && code === 'admin-url-test-failed'))
  if (!reached.has(new URL(url).host)) return news
  const isAboutHere = ({ code, severity }: Finding) =>
    severity === 'error' && (look.kind === 'failed' || code.startsWith('tls-'))
  return news.map((finding) =>
    isAboutHere(finding)
      ? { ...finding, severity: 'info', args: { ...finding.args, onlyFromHere: true } }
      : finding,
  )
}
