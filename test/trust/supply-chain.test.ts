import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json'
import { folderOfTest } from '../support/folder.ts'
import { cleanEnvironment } from '../support/run-cli.ts'
import { tried } from './tried.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

interface Packed {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string; readonly size: number; readonly mode: number }[]
}

/** The package that `npm pack` builds from a fresh checkout. */
async function pack(into: string): Promise<Packed> {
  const checkout = join(await folderOfTest(), 'checkout')
  await mkdir(checkout)
  const parts = 'src bin build docs deploy build.js package.json README.md LICENSE CHANGELOG.md'
  for (const part of parts.split(' ')) await cp(join(ROOT, part), join(checkout, part), { recursive: true })
  await run('cp', ['-al', join(ROOT, 'node_modules'), checkout])
  const args = ['pack', '--json', '--pack-destination', into]
  const { stdout } = await run('npm', args, { cwd: checkout, maxBuffer: 16 * 1024 * 1024 })
  // npm 10 gives a list, npm 12 an object by name.
  const [packed] = Object.values(JSON.parse(stdout)) as Packed[]
  if (!packed) throw new Error(stdout)
  return packed
}

describe('the package', () => {
  /** All of these are required; nothing else is allowed. */
  const WANTED = [
    /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|THIRD-PARTY-LICENSES\.txt)$/,
    /^bin\/(kc-logout\.js|package\.json)$/,
    /^dist\/(kc-logout|compile-cache)\.cjs$/,
    /^dist\/chunks\/[\w.-]+-[\w-]{8}\.cjs$/,
    /^docs\/[\w-]+\.md$/,
    /^docs\/(guides|reference)\/[\w-]+\.md$/,
    /^docs\/schemas\/[\w-]+\.json$/,
    // What the packed pages link to.
    /^docs\/(screens\/[\w-]+\.svg|examples\/incident-report\.html)$/,
    /^deploy\/[\w-]+\.yaml$/,
  ]

  test('contains only the program, its documentation and licences', async (context) => {
    const { files, size, unpackedSize } = await pack(await folderOfTest())
    const paths = files.map(({ path }) => path)
    expect(paths.filter((path) => !WANTED.some((wanted) => wanted.test(path)))).toEqual([])
    const guides = /guides/
    for (const wanted of WANTED.filter((each) => !guides.test(each.source)))
      expect(
        paths.some((path) => wanted.test(path)),
        String(wanted),
      ).toBe(true)
    for (const name of [
      'LICENSE',
      'THIRD-PARTY-LICENSES.txt',
      'docs/security.md',
      'docs/reference/user.md',
      'docs/schemas/user.json',
    ])
      expect(paths).toContain(name)
    // Only the program itself is executable.
    expect(files.filter(({ mode }) => mode & 0o111).map(({ path }) => path)).toEqual(['bin/kc-logout.js'])
    // With the JSON Schemas, what reads traces (protobufjs), and what reads login pages and keeps cookies for drill
    // (parse5, css-select, tough-cookie with its list of public suffixes: 124 KB packed, 390 KB unpacked).
    expect(size).toBeLessThan(720_000)
    // And the pictures that its pages show.
    expect(unpackedSize).toBeLessThan(2_700_000)
    tried(context, { 'files in the tarball': files.length, 'KB packed': Math.round(size / 1000) })
  })

  test('runs no script and has no dependencies when installed', async () => {
    const scripts = Object.keys(manifest.scripts)
    // npm runs `prepare` for a checkout, never for a package that is installed.
    expect(
      scripts.filter((name) => /^(pre|post)?install$|^(pre|post)prepare$|^preprepare$/.test(name)),
    ).toEqual([])
    expect(Object.keys(manifest)).not.toContain('dependencies')
    expect(Object.keys(manifest)).not.toContain('optionalDependencies')
    // Only what --browser loads, and npm does not install it.
    expect(manifest.peerDependenciesMeta).toEqual({ 'playwright-core': { optional: true } })
    expect(Object.keys(manifest.peerDependencies)).toEqual(['playwright-core'])
    expect(Object.keys(manifest)).not.toContain('bundleDependencies')
  })

  test('runs when installed offline, without its sources', async (context) => {
    const folder = await folderOfTest()
    const prefix = join(folder, 'prefix')
    const { filename } = await pack(folder)
    const cache = join(folder, 'cache')
    const args = [
      'install',
      '--global',
      '--offline',
      '--prefix',
      prefix,
      '--cache',
      cache,
      join(folder, filename),
    ]
    await run('npm', args, { cwd: folder })
    const installed = (await readdir(prefix, { recursive: true })).filter((path) =>
      /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path),
    )
    expect(installed).toEqual(['lib/node_modules/kc-logout/package.json'])
    tried(context, { 'packages that an install brings': installed.length })

    const program = (argv: string[], stdin = '') => {
      const running = run(join(prefix, 'bin/kc-logout'), argv, { cwd: folder, env: cleanEnvironment() })
      running.child.stdin?.end(stdin)
      return running.then(
        ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
        (error: { code: number; stdout: string; stderr: string }) => error,
      )
    }
    expect((await program(['--version'])).stdout).toBe(`${manifest.version}\n`)
    expect((await program(['--help'])).stdout).toContain('kc-logout user ada')
    expect((await program(['all', '--help'])).stdout).toContain('--confirm')
    const token = await program(['inspect-token', '--json'], 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.')
    expect([token.code, JSON.parse(token.stdout).tokens[0].payload.sub], token.stderr).toEqual([7, 'ada'])
    // Through the admin client, YAML, jose: each in a chunk of its own.
    const unreachable = await program([
      'sessions',
      '-r',
      'x',
      '--server',
      'http://127.0.0.1:1',
      '--username',
      'a',
    ])
    expect([unreachable.code, unreachable.stderr]).toEqual([2, expect.stringContaining('password')])
    const reached = await program(
      ['sessions', '-r', 'x', '--server', 'http://127.0.0.1:1', '--username', 'a', '--password-stdin'],
      'b',
    )
    expect([reached.code, reached.stderr]).toEqual([6, expect.stringContaining('127.0.0.1:1')])
    const profiles = await program(['profile', 'list', '--json'])
    expect([profiles.code, JSON.parse(profiles.stdout).profiles]).toEqual([0, []])
  })

  test('is the same, byte for byte, wherever it is built', async (context) => {
    const folder = await folderOfTest()
    const builds = ['a', join('much', 'further down'), '名前'].map((name) => join(folder, name))
    const made = []
    for (const place of builds) {
      await mkdir(place, { recursive: true })
      for (const part of ['src', 'bin', 'build', 'build.js', 'package.json'])
        await cp(join(ROOT, part), join(place, part), { recursive: true })
      // Hard links: bundled files have to be below the folder, as in a checkout.
      await run('cp', ['-al', join(ROOT, 'node_modules'), place])
      await run(process.execPath, ['build.js'], { cwd: place })
      made.push(await contents(place))
    }
    const [first, ...others] = made
    expect(first?.size).toBeGreaterThan(20)
    for (const other of others) {
      expect([...other.keys()]).toEqual([...(first?.keys() ?? [])])
      for (const [path, bytes] of other)
        expect(bytes.equals(first?.get(path) ?? Buffer.of()), path).toBe(true)
    }
    tried(context, { 'builds compared': made.length, 'files compared': first?.size ?? 0 })
  })

  async function contents(place: string): Promise<Map<string, Buffer>> {
    const entries = await readdir(join(place, 'dist'), { recursive: true, withFileTypes: true })
    const paths = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
    const all = [...paths, join(place, 'THIRD-PARTY-LICENSES.txt')].sort()
    return new Map(
      await Promise.all(all.map(async (path) => [path.slice(place.length), await readFile(path)] as const)),
    )
  }
})

const BUNDLED = ['@inquirer/core', '@keycloak/keycloak-admin-client', 'chalk', 'commander', 'jose', 'yaml']

describe('third-party licences', () => {
  test('contain the full text of each bundled package', async (context) => {
    const text = await readFile(join(ROOT, 'THIRD-PARTY-LICENSES.txt'), 'utf8')
    const sections = text.split(`\n${'-'.repeat(80)}\n`).slice(1)
    const names = sections.map((section) => section.split('\n', 1)[0] ?? '')
    expect(text).toContain(`these ${names.length} packages`)
    for (const name of BUNDLED)
      expect(
        names.some((each) => each.startsWith(`${name} `)),
        name,
      ).toBe(true)
    for (const section of sections)
      expect(section, section.slice(0, 40)).toMatch(
        /Permission (is hereby granted|to use)|Apache License|Redistribution and use/,
      )
    tried(context, { 'packages bundled': names.length })
  })

  test('are required: the build fails without one', async () => {
    const { thirdPartyLicences } = await import('../../build/third-party.js')
    const folder = await folderOfTest()
    const own = join(folder, 'node_modules', 'bare')
    await mkdir(own, { recursive: true })
    await cp(join(ROOT, 'package.json'), join(own, 'package.json'))
    await expect(thirdPartyLicences([join(own, 'index.js')])).rejects.toThrow(
      'kc-logout is bundled, and its package holds no',
    )
  })
})

describe('dependencies', () => {
  test('are pinned to a version and a hash, without a URL', async (context) => {
    const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8'))
    for (const [name, version] of Object.entries(manifest.devDependencies))
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
    const packages = Object.entries<Record<string, unknown>>(lock.packages).filter(([path]) => path !== '')
    // Binaries of development tools for other systems have none; they are not in the bundle.
    const unhashed = packages.filter(([, { integrity }]) => !/^sha512-/.test(String(integrity)))
    expect(unhashed.filter(([, { dev, optional, os }]) => !(dev && optional && os))).toEqual([])
    expect(unhashed.filter(([path]) => !/@(biomejs\/cli|oxc-parser\/binding)-/.test(path))).toEqual([])
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
    for (const [name, version] of Object.entries(manifest.devDependencies))
      expect(lock.packages[`node_modules/${name}`].version, name).toBe(version)
    // No bundled package has an install script, and no script is allowed.
    const scripted = packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)
    const names = scripted.map((path) => path.replace(/^.*node_modules\//, ''))
    expect(names.filter((name) => !Object.keys(manifest.allowScripts).includes(name))).toEqual([])
    expect(Object.values(manifest.allowScripts)).not.toContain(true)
    tried(context, { 'packages pinned': packages.length })
  })
})
