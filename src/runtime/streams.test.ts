import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { standardStreams } from './streams.ts'

type Host = Parameters<typeof standardStreams>[0]

/** A process whose stdout takes `room` bytes at a time and then says what a full or broken pipe says. */
function host({
  room = Number.POSITIVE_INFINITY,
  fault = 'EAGAIN',
  terminals = [] as number[],
  columns = 80,
} = {}) {
  const written: string[] = []
  const opened: string[] = []
  const stream = (name: string) => {
    const target = Object.assign(new PassThrough(), { columns })
    target.on('data', (chunk) => written.push(`${name}: ${chunk}`))
    return target
  }
  const streams = { stdin: stream('stdin'), stdout: stream('stdout'), stderr: stream('stderr') }
  const get = (name: keyof typeof streams) => {
    opened.push(name)
    return streams[name]
  }
  const modules: Record<string, unknown> = {
    'node:fs': {
      fstatSync: (number: number) => ({ isCharacterDevice: () => terminals.includes(number) }),
      writeSync(number: number, bytes: Buffer, from: number) {
        if (room <= 0) throw Object.assign(new Error(fault), { code: fault })
        const part = bytes.subarray(from, from + room)
        written.push(`${number}: ${part}`)
        room -= part.length
        return part.length
      },
    },
    'node:tty': { isatty: (number: number) => terminals.includes(number) },
  }
  const made = {
    getBuiltinModule: (name: string) => modules[name],
    get stdin() {
      return get('stdin')
    },
    get stdout() {
      return get('stdout')
    },
    get stderr() {
      return get('stderr')
    },
  }
  return { host: made as unknown as Host, written, opened, streams }
}

describe('the standard streams', () => {
  it('are used without being opened', async () => {
    const { host: given, written, opened } = host()
    const streams = standardStreams(given)
    streams.write('stdout', 'a result\n')
    await streams.drained('stdout')
    streams.write('stderr', 'a word\n')
    expect([streams.isTerminal('stdin'), streams.columns('stdout')]).toEqual([false, 80])
    await streams.close()
    expect({ written, opened }).toEqual({ written: ['1: a result\n', '2: a word\n'], opened: [] })
  })

  it('lose nothing and keep the order with a full pipe', async () => {
    const { host: given, written } = host({ room: 4 })
    const streams = standardStreams(given)
    streams.write('stdout', 'one two\n')
    streams.write('stdout', 'three\n')
    await streams.close()
    expect(written.map((part) => part.replace(/^\w+: /, '')).join('')).toBe('one two\nthree\n')
  })

  it('report that the reader has gone', async () => {
    const { host: given, streams: raw } = host({ room: 0, fault: 'EPIPE' })
    const streams = standardStreams(given)
    streams.write('stdout', 'x')
    raw.stdout.emit('error', Object.assign(new Error('EPIPE'), { code: 'EPIPE' }))
    await expect(streams.drained('stdout')).rejects.toMatchObject({ code: 'EPIPE' })
  })

  it('report a full disk, and write nothing after the lost part', async () => {
    const { host: given, written } = host({ room: 4, fault: 'ENOSPC' })
    const streams = standardStreams(given)
    streams.write('stdout', 'one two')
    streams.write('stdout', 'three')
    await expect(streams.drained('stdout')).rejects.toMatchObject({ code: 'ENOSPC' })
    await streams.close()
    expect([written, streams.lost()]).toEqual([['1: one '], expect.objectContaining({ code: 'ENOSPC' })])
  })

  it('do not load node:tty for /dev/null', () => {
    const asked: string[] = []
    const device = { isCharacterDevice: () => true, rdev: 259 }
    const modules: Record<string, unknown> = {
      'node:fs': { fstatSync: () => device, statSync: (path: string) => asked.push(path) && device },
    }
    const given = { getBuiltinModule: (name: string) => modules[name] } as unknown as Host
    const streams = standardStreams(given)
    expect([streams.isTerminal('stdin'), streams.isTerminal('stdin')]).toEqual([false, false])
    // Once, however often it is asked: each line of a long list does.
    expect(asked).toEqual(['/dev/null'])
  })

  it.each([
    ['its own width', { terminals: [1], columns: 120 }, 120],
    ['at least 60', { terminals: [1], columns: 20 }, 60],
    ['at most 200', { terminals: [1], columns: 500 }, 200],
    ["stderr's width if stdout is not a terminal", { terminals: [2], columns: 100 }, 100],
    ['80 if neither is a terminal', { terminals: [] }, 80],
  ])('give stdout %s', (_, options, columns) => {
    expect(standardStreams(host(options).host).columns('stdout')).toBe(columns)
  })
})
