import { type AuditRecord, matches } from './tenant-audit.ts'

/** At most this many matching records of a tenant are shown. */
const MOST_SHOWN = 1000

/**
 * The matching records since a time (milliseconds since the epoch), at most 1,000.
 * `isCut` is true if there may be more.
 */
export async function matchingRecords(
  read: AsyncGenerator<AuditRecord, boolean>,
  pattern: RegExp,
  since: number,
): Promise<{ records: AuditRecord[]; isCut: boolean }> {
  const records: AuditRecord[] = []
  for (;;) {
    const { done, value } = await read.next()
    if (done) {
      const isFull = records.length > MOST_SHOWN
      return { records: records.slice(0, MOST_SHOWN), isCut: value || isFull }
    }
    // A tenant that ignores `dateFrom` must not make an old logout look like this one.
    if (Date.parse(value.time) < since) continue
    if (matches(value, pattern) && records.length <= MOST_SHOWN) records.push(value)
  }
}
