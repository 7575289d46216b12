import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
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
    const broken = linksIn(page).filter((link) => !/^https?:/.test(link) && !leads(page, link))
    expect(broken).toEqual([])
  })
})

test('the npm package holds what its pages link to', () => {
  const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ files }] = JSON.parse(listed) as [{ files: { path: string }[] }]
  const packed = new Set(files.map(({ path }) => path))
  const pages = [...packed].filter((path) => path.endsWith('.md'))
  expect(pages.length).toBeGreaterThan(30)
  const missing = pages.flatMap((page) =>
    linksIn(page)
      .map((link) => link.replace(/#.*$/, ''))
      .filter((link) => link !== '' && !/^https?:/.test(link))
      .filter((link) => !packed.has(relative(ROOT, resolve(ROOT, dirname(page), link))))
      .map((link) => `${page}: ${link}`),
  )
  expect(missing).toEqual([])
})

test('docs/architecture.md names every folder of src', () => {
  const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((each) => each.isDirectory())
  const text = read('docs/architecture.md')
  expect(folders.map(({ name }) => `src/${name}/`).filter((path) => !text.includes(`\`${path}\``))).toEqual(
    [],
  )
})

const linksIn = (page: string) =>
  [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)

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
