declare module 'proxy-from-env' {
  /** The proxy for a URL from `process.env`; empty for none. */
  export function getProxyForUrl(url: string | URL): string
}
