import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, describe, expect, it } from 'vitest'
import { version } from '../package.json'
import { answerQuickly } from './quick.ts'

const folder = mkdtempSync(join(tmpdir(), 'kc-logout-quick-'))
writeFileSync(join(folder, 'help.txt'), 'the first page\n')
afterAll(() => rmSync(folder, { recursive: true }))
const PAGE = join(folder, 'help.txt')
const NO_PAGE = join(folder, 'none.txt')

function answer(args: string[], { page = PAGE, columns = undefined as number | undefined, full = 0 } = {}) {
  let shown = ''
  const host = {
    argv: ['node', 'kc-logout', ...args],
    stdout: { columns },
    getBuiltinModule: () => ({
      ...process.getBuiltinModule('node:fs'),
      fstatSync: () => ({ isCharacterDevice: () => columns !== undefined }),
      writeSync(_: number, bytes: Buffer, from: number) {
        if (full-- > 0) throw Object.assign(new Error('full'), { code: 'EAGAIN' })
        shown += bytes.subarray(from, from + 5)
        return Math.min(5, bytes.length - from)
      },
    }),
  }
  return { answered: answerQuickly(host as unknown as Parameters<typeof answerQuickly>[0], page), shown }
}

describe('without loading the command line', () => {
  it.each([[['--version']], [['-V']]])('%j shows the version', (args) => {
    expect(answer(args)).toEqual({ answered: true, shown: `${version}\n` })
  })

  it.each([[[]], [['--help']], [['-h']], [['help']]])('%j shows the first page of help', (args) => {
    expect(answer(args)).toEqual({ answered: true, shown: 'the first page\n' })
  })

  it('a wide terminal shows it as it is, and a full pipe is waited for', () => {
    expect(answer([], { columns: 120, full: 3 })).toEqual({ answered: true, shown: 'the first page\n' })
  })

  it.each([
    ['a command', ['sessions'], {}],
    ["a command's help", ['user', '--help'], {}],
    ['help of a command', ['help', 'user'], {}],
    ['more than the version', ['--version', '--json'], {}],
    ['a terminal too narrow for the page', ['--help'], { columns: 79 }],
    ['a page that was not built', ['--help'], { page: NO_PAGE }],
  ])('%s is left to it', (_, args, options) => {
    expect(answer(args, options)).toEqual({ answered: false, shown: '' })
  })
})
