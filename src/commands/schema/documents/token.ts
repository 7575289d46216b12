import {
  anything,
  boolean,
  count,
  type Definition,
  document,
  integer,
  list,
  map,
  nullable,
  number,
  object,
  oneOf,
  optional,
  ref,
  string,
  time,
} from '../build.ts'

const said = (description: string) => nullable(string(description))

const RULE: Definition = {
  name: 'rule',
  schema: object('A rule and how the token meets it', {
    id: string(
      'L… logout token, I… ID token, A… access token, F… refresh and offline token, S… security event token, C… client assertion, D… DPoP proof, E… action token, G… registration access token, K… admin action, T… any token, O… asked with `--online`, R… request and answer (`listen`)',
    ),
    level: oneOf('How binding it is', 'must', 'should', 'may'),
    status: oneOf('`skip`: what it needs is unknown', 'pass', 'fail', 'warn', 'skip'),
    claim: said('The claim it is about'),
    expected: anything('What was expected; null if nothing certain'),
    actual: anything('What was found'),
    message: string('What is the case'),
    why: string('Why it matters'),
    fix: string('What to do'),
    reference: string('Section of the specification, or Keycloak source'),
  }),
}

const RECEIVER: Definition = {
  name: 'receiver',
  schema: object('What a well-known receiver would say', {
    receiver: string('Name of the library or product'),
    says: oneOf(
      '`depends`: it changed with a version; `not-known`: it was not tried with such a token',
      'accepts',
      'rejects',
      'depends',
      'not-known',
    ),
    because: list('Rules that decide it', { type: 'string' }),
    source: string('Where it comes from'),
    version: string('The version that was looked at'),
    evidence: oneOf('It was run with signed tokens, or its sources were read', 'run', 'read'),
  }),
}

const KINDS = [
  'logout',
  'id',
  'access',
  'refresh',
  'offline',
  'security-event',
  'client-assertion',
  'dpop-proof',
  'action-token',
  'registration',
  'admin-action',
  'identity-cookie',
  'encrypted',
  'opaque',
  'unknown',
] as const

const TOKEN = {
  line: optional(integer('Line of the input, for one token a line')),
  label: optional(string('What the input called it, such as `logout_token`')),
  kind: oneOf('What it is', ...KINDS),
  name: string('Its kind in words; of an `unknown` one the name of its explicit type, if known'),
  form: oneOf('`claims`: a payload without its token', 'jws', 'jwe', 'claims', 'opaque', 'broken'),
  header: nullable(map('The header; null if it cannot be read')),
  payload: nullable(map('The claims; null if they cannot be read')),
  about: object('What the token says it is about; not proven', {
    server: said('Server in `iss`'),
    realm: said('Realm in `iss`'),
    clientId: said('The client'),
    userId: said('The user ID'),
    username: said('The username'),
    sessionId: said('The session ID'),
  }),
  signature: object('The signature', {
    status: oneOf(
      '`not-checkable`: only Keycloak can, or the key type is not supported',
      'valid',
      'invalid',
      'not-checked',
      'not-checkable',
    ),
    kid: said('Key ID in the header'),
    alg: said('Algorithm in the header'),
    reason: string('Why it is so'),
  }),
  times: object('Times of the token; null where it has none', {
    judgedAt: nullable(time('Checked as of this time')),
    issuedAt: nullable(time('`iat`')),
    notBefore: nullable(time('`nbf`')),
    expiresAt: nullable(time('`exp`')),
    authenticatedAt: nullable(time('`auth_time`')),
    lifetimeSeconds: nullable(number('`exp` minus `iat`')),
    state: oneOf(
      '`aged`: it was valid until it expired; `never-valid`: it was not',
      'current',
      'not-yet',
      'aged',
      'never-valid',
      'no-expiry',
    ),
    clockOffsetSeconds: nullable(number("How far the server's clock is ahead; null if no server was asked")),
  }),
  commands: list(
    'Commands that fit the token',
    object('A command', {
      purpose: string('What it is for'),
      command: string('The command line; words in capitals are placeholders'),
    }),
  ),
  receivers: optional(list('Logout tokens only', ref(RECEIVER))),
  verdict: oneOf('`unverified`: no rule fails, the signature was not checked', 'pass', 'fail', 'unverified'),
}

const RULES = list('Every rule of its kind, not only those that fail', ref(RULE))

const COMPARISON = object('With `--compare`: how the two tokens differ', {
  differences: list(
    'The members that differ',
    object('A difference', {
      part: oneOf('Where it is', 'kind', 'header', 'payload'),
      name: string('Name of the member'),
      first: anything('Its value in the first token; null if it is missing'),
      second: anything('Its value in the second token; null if it is missing'),
      matters: oneOf('`unknown`: it depends on the application', 'yes', 'no', 'unknown'),
      why: string('Why'),
    }),
  ),
  same: list('Names of the members that are the same', { type: 'string' }),
  matters: boolean('Whether a difference matters'),
})

export const inspectToken = document(
  'kc-logout inspect-token --json',
  'Tokens explained',
  {
    tokens: list('One entry for each token', object('A token', { ...TOKEN, rules: RULES })),
    counts: optional(
      object('With more than ten tokens: how many have each verdict', {
        pass: count('Passed'),
        fail: count('Failed'),
        unverified: count('Not verified'),
      }),
    ),
    comparison: optional(COMPARISON),
    verdict: oneOf('The worst of them', 'pass', 'fail', 'unverified'),
  },
  [RULE, RECEIVER],
)

export const listen = document(
  'A line of kc-logout listen --json',
  'One received request',
  {
    time: time('When it arrived'),
    method: string('HTTP method'),
    path: string('Path, without the query'),
    kind: oneOf('What it is', 'logout', 'admin-action', 'security-event', 'unknown'),
    token: nullable(object('The token, as in inspect-token without `rules`; null without one', TOKEN)),
    rules: RULES,
    answered: object('The answer that Keycloak got', {
      status: integer('HTTP status'),
      body: string('Body'),
    }),
    forwarded: optional(
      object('What the receiver answered that it was forwarded to', {
        status: nullable(integer('HTTP status; null without an answer')),
        body: nullable(string('Body; null without an answer')),
        ms: number('Duration in milliseconds'),
        error: optional(string('Why there was no answer')),
      }),
    ),
  },
  [RULE, RECEIVER],
)
