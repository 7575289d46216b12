import { type AuditRecord, matches } from './tenant-audit.ts'

/** So many matching records are kept of a tenant: enough to see that it was told. */
const MOST_SHOWN = 1000

/** The records since a moment (milliseconds since the epoch) that match, as many as are kept; `isCut` where there may be more of them. */
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
    // A tenant that takes no notice of `dateFrom` must not make an old logout look like this one.
    if (Date.parse(value.time) < since) continue
    if (matches(value, pattern) && records.length <= MOST_SHOWN) records.push(value)
  }
}
