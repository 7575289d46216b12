/** Frameworks with an example. */
export const SNIPPETS = ['django', 'express', 'spring'] as const
export type SnippetName = (typeof SNIPPETS)[number]

export interface SnippetValues {
  /** `https://kc.example.com/realms/customers/protocol/openid-connect/logout` */
  readonly endpoint: string
  readonly issuer: string
  readonly clientId: string
  readonly postLogoutRedirectUri: string
}

/** Code with which an application also logs its user out at Keycloak. Values are quoted for its language. */
export function snippet(name: SnippetName, values: SnippetValues): string {
  return WRITERS[name](values)
}

/** A string literal of Python, JavaScript and Java: that of JSON. */
const literal = (value: string) => JSON.stringify(value).replace(/[\u007f-\uffff]/g, escaped)
const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

const WRITERS: Readonly<Record<SnippetName, (values: SnippetValues) => string>> = {
  django: ({ endpoint, postLogoutRedirectUri }) => `# settings.py, with mozilla-django-oidc
OIDC_STORE_ID_TOKEN = True  # the hint: without it Keycloak asks the user
OIDC_OP_LOGOUT_ENDPOINT = ${literal(endpoint)}
OIDC_OP_LOGOUT_URL_METHOD = "yourproject.oidc.keycloak_logout_url"
LOGOUT_REDIRECT_URL = ${literal(postLogoutRedirectUri)}

# yourproject/oidc.py
import urllib.parse
from django.conf import settings

def keycloak_logout_url(request):
    parameters = {
        "post_logout_redirect_uri": settings.LOGOUT_REDIRECT_URL,
        "client_id": settings.OIDC_RP_CLIENT_ID,
    }
    id_token = request.session.get("oidc_id_token")
    if id_token:
        parameters["id_token_hint"] = id_token
    return settings.OIDC_OP_LOGOUT_ENDPOINT + "?" + urllib.parse.urlencode(parameters)

# In the template: log out with POST, because the view first ends the session here.
# <form method="post" action="{% url 'oidc_logout' %}">{% csrf_token %}<button>Log out</button></form>
`,
  express: ({
    endpoint,
    clientId,
    postLogoutRedirectUri,
  }) => `// Express with express-session; req.session.idToken was kept at sign-in
const END_SESSION = ${literal(endpoint)}

app.post('/logout', (req, res, next) => {
  const idToken = req.session.idToken
  req.session.destroy((error) => {
    if (error) return next(error)
    const query = new URLSearchParams({
      client_id: ${literal(clientId)},
      post_logout_redirect_uri: ${literal(postLogoutRedirectUri)},
      ...(idToken && { id_token_hint: idToken }), // without it Keycloak asks the user
    })
    res.redirect(303, \`\${END_SESSION}?\${query}\`)
  })
})
`,
  spring: ({
    issuer,
    clientId,
    postLogoutRedirectUri,
  }) => `// Spring Security 6; the endpoint comes from the issuer's discovery document:
// spring.security.oauth2.client.provider.keycloak.issuer-uri=${literal(issuer).slice(1, -1)}
// spring.security.oauth2.client.registration.keycloak.client-id=${literal(clientId).slice(1, -1)}
@Bean
SecurityFilterChain security(HttpSecurity http, ClientRegistrationRepository clients) throws Exception {
    var logout = new OidcClientInitiatedLogoutSuccessHandler(clients); // sends id_token_hint
    logout.setPostLogoutRedirectUri(${literal(postLogoutRedirectUri)});
    return http
        .authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
        .oauth2Login(Customizer.withDefaults())
        .logout(to -> to.logoutSuccessHandler(logout))
        // For the other direction, set this Backchannel Logout URL in Keycloak:
        // {baseUrl}/logout/connect/back-channel/keycloak
        .oidcLogout(to -> to.backChannel(Customizer.withDefaults()))
        .build();
}
`,
}
