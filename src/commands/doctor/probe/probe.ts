import tls from 'node:tls'
import type { Context } from '../../../cli/context.ts'
import { trustedAuthorities } from '../../../keycloak/http/certificate-authorities.ts'
import type { HttpLook, Look } from '../facts.ts'
import { challenge } from './challenge.ts'
import type { ForgedFor } from './forged-token.ts'
import { look } from './look.ts'

/** The network checks of `doctor` from here. */
export interface Probe {
  /** Checks name, connection and certificates of a URL; sends nothing to the application. */
  look(url: string): Promise<Look>
  /** Posts a forged logout token to a Backchannel Logout URL. */
  challenge(url: string, forged: ForgedFor): Promise<HttpLook>
}

const LOOK_MS = 5000
/** Twice as long as Keycloak waits, to tell slow from silent. */
const CHALLENGE_MS = 10_000

/** Opens the connections that `doctor` checks URLs with. */
export type OpenProbe = (ctx: Pick<Context, 'http' | 'files' | 'host' | 'signal'>) => Promise<Probe>

/** The probe of this machine. It uses no proxy and ignores `--insecure`: both would hide what Keycloak meets. */
export const openProbe: OpenProbe = async ({ http, files, host, signal }) => {
  const { ca: named, userAgent } = await http()
  // `tls.rootCertificates` lacks what NODE_EXTRA_CA_CERTS adds.
  const extra = () => trustedAuthorities(host.env.NODE_EXTRA_CA_CERTS, files, host.env).catch(() => undefined)
  const ca = named ?? (await extra()) ?? tls.rootCertificates
  return {
    look: (url) => look(url, { signal, timeout: LOOK_MS, ca }),
    challenge: (url, forged) => challenge(url, forged, { signal, timeout: CHALLENGE_MS, ca, userAgent }),
  }
}

/** One probe for all realms of a connection, which checks each host once: many clients and realms share one. */
export function sharedProbes(open: OpenProbe): OpenProbe {
  const opened = new Map<Context['http'], Promise<Probe>>()
  return (ctx) => {
    const probe = opened.get(ctx.http) ?? open(ctx).then(lookingOnce)
    opened.set(ctx.http, probe)
    return probe
  }
}

function lookingOnce(probe: Probe): Probe {
  const looks = new Map<string, Promise<Look>>()
  return {
    ...probe,
    look(url) {
      const { origin } = new URL(url)
      const look = looks.get(origin) ?? probe.look(url)
      looks.set(origin, look)
      return look
    },
  }
}
