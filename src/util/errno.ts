/** The code of a Node error (`ENOENT`, `EPIPE`, `CERT_HAS_EXPIRED`); undefined if it has none. */
export function errnoCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
