import { isLoopback } from './loopback.ts'

/** Top-level names that are not delegated in the public DNS, or are usual for private networks. */
const INTERNAL_NAME = /\.(local|internal|intranet|private|corp|home|lan|localdomain|svc|home\.arpa)$/

/** Addresses of RFC 1918, RFC 3927 (link-local) and RFC 6598 (shared), and ULA and link-local of IPv6. */
const INTERNAL_ADDRESS =
  /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)[\d.]+$|^\[(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/

/** Whether the hostname of a URL belongs to a private network, so that browsers elsewhere do not use it. */
export const isInternalHost = (hostname: string): boolean =>
  isLoopback(hostname) ||
  INTERNAL_ADDRESS.test(hostname) ||
  INTERNAL_NAME.test(hostname) ||
  !/[.:]/.test(hostname)
