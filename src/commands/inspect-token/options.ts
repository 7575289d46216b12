import { type Command, Option } from '@commander-js/extra-typings'
import { notNegative, oneOf } from '../../cli/arguments.ts'
import type { OptionsOf } from '../../cli/command.ts'
import { examples } from '../../cli/help.ts'
import { KNOWN_ALGS } from '../../token/key-match.ts'
import type { Kind } from '../../token/kind.ts'

const EXAMPLES = examples([
  ['kc-logout inspect-token < request.txt', 'find the token in a request'],
  ['kc-logout inspect-token -r customers --audience shop --file token.txt', "verify with the realm's keys"],
  ['kc-logout inspect-token --jwks keys.json < token.txt', 'verify with keys from a file'],
  ['kc-logout inspect-token --at 2026-11-21T05:19:17Z --file token.txt', 'check it for that time'],
])

/** The values of `--kind`. */
const KINDS: readonly ('auto' | Kind)[] = [
  'auto',
  'logout',
  'id',
  'access',
  'refresh',
  'security-event',
  'client-assertion',
  'dpop-proof',
  'action-token',
  'registration',
  'admin-action',
]

/** Adds the argument, the options and the examples of `inspect-token`. */
export const declareOptions = (command: Command) =>
  command
    .argument('[token]', 'token, or text that contains it; - reads stdin')
    .argument('[other]', 'with --compare: the second token, or its file')
    .option('--file <file>', 'Read it from a file')
    .option('--kind <kind>', 'Expected kind: logout, id, access, refresh …', oneOf(...KINDS))
    .option('--issuer <url>', 'Expected issuer; its keys are fetched')
    .option('--jwks <file|url>', 'Keys to verify with: JWK Set, JWK, PEM or base64')
    .option('--audience <id>', 'Expected audience, usually the client')
    .addOption(new Option('--client <id>', 'The same as --audience').hideHelp())
    .option('--alg <alg>', "The client's signature algorithm", oneOf(...KNOWN_ALGS))
    .option('--nonce <value>', 'The nonce that was sent')
    .option('--access-token <file>', 'The access token of the response (at_hash, ath)')
    .option('--id-token <file>', "The ID token of a logout token's session")
    .option('--dpop <file>', 'The DPoP proof of an access token')
    .option('--dpop-request <request>', 'Its request: "GET https://api.example.com/x"')
    .option('--at <time>', 'Check for this time: ISO 8601 or seconds')
    .option('--clock-tolerance <seconds>', 'Tolerated clock difference (30)', notNegative)
    .option('--compare', 'Compare two tokens: what differs, what matters')
    .option('--strict', 'Fail on broken SHOULD rules, too')
    .option('--verify', 'Fail on unverified signatures')
    .option('--no-network', 'Send no requests')
    .option('--online', 'Ask the realm, too: session, not-before, user …')
    .option('--decrypt-key <file>', 'Private key for encrypted tokens (JWK or PEM)')
    .addHelpText('before', EXAMPLES)

/** The options of `inspect-token`. */
export type InspectTokenOptions = OptionsOf<typeof declareOptions> & {
  /** A token, text that contains tokens, or `-` for stdin. */
  readonly token?: string | undefined
  /** The second token, with `--compare`. */
  readonly other?: string | undefined
}
