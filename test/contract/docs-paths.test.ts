import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const pagesIn = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))
const PAGES = ['.', 'docs', 'docs/guides', 'docs/reference', 'test'].flatMap(pagesIn)
const read = (page: string) => readFileSync(join(ROOT, page), 'utf8')

/** Paths of this repository in code quotes, or bare in a table cell. */
const pathsIn = (text: string) =>
  [...text.matchAll(/(?<=[`| ,(])(?:src|test|docs|bench|build|demo|bin)\/[\w./-]*[\w/]/g)].map(
    ([path]) => path,
  )

describe.each(PAGES)('%s', (page) => {
  test('names paths that exist', () => {
    expect(pathsIn(read(page)).filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })

  test('links to pages and headings that exist', () => {
    const links = [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    const broken = links.filter((link) => !/^https?:/.test(link) && !leads(page, link))
    expect(broken).toEqual([])
  })
})

test('docs/architecture.md names every folder of src', () => {
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((each) => each.isDirectory())
  const text = read('docs/architecture.md')
  expect(folders.map(({ name }) => `src/${name}/`).filter((path) => !text.includes(`\`${path}\``))).toEqual(
    [],
  )
})

const withoutCode = (text: string) => text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '')

function leads(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), path)
  if (!existsSync(target)) return false
  return anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
}

/** Anchors of the headings of a page, as GitHub makes them. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
