import { appendFile, copyFile, open, rename, truncate } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

export interface LogRelay {
  /** The file that it writes. */
  readonly path: string
  /** Rotates as Keycloak's own file handler does: the file gets another name, and a new one is begun. */
  rename(): Promise<void>
  /** Rotates as logrotate's copytruncate does: the file is copied, then emptied. What comes in between is lost. */
  copyTruncate(): Promise<void>
  stop(): Promise<void>
}

/**
 * Writes the lines that a server adds to its log from now on to another file, as a log shipper does, so that a test can
 * rotate it or lose lines of it.
 */
export async function relayLog(
  from: string,
  path: string,
  keeps: (line: string) => boolean = () => true,
): Promise<LogRelay> {
  const source = await open(from)
  let { size: position } = await source.stat()
  let rest = ''
  let stopped = false
  let rotate: (() => Promise<void>) | undefined
  await appendFile(path, '')
  const copying = (async () => {
    const buffer = Buffer.alloc(1024 * 1024)
    while (!stopped) {
      const { bytesRead } = await source.read(buffer, 0, buffer.length, position)
      position += bytesRead
      const lines = `${rest}${buffer.toString('utf8', 0, bytesRead)}`.split('\n')
      rest = lines.pop() ?? ''
      const kept = lines.filter(keeps).map((line) => `${line}\n`)
      if (kept.length > 0) await appendFile(path, kept.join(''))
      await rotate?.()
      rotate = undefined
      if (bytesRead === 0) await sleep(20)
    }
    await source.close()
  })()
  const rotated = async (how: () => Promise<void>) => {
    rotate = how
    while (rotate) await sleep(5)
  }
  return {
    path,
    rename: () => rotated(async () => rename(path, `${path}.1`).then(() => appendFile(path, ''))),
    copyTruncate: () => rotated(async () => copyFile(path, `${path}.1`).then(() => truncate(path))),
    async stop() {
      stopped = true
      await copying
    },
  }
}
