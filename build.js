// Bundles src into dist: one small entry, and a chunk for each part that only some commands need (prompts, the admin
// client, jose). Start-up is the reason: the same program from node_modules takes three times as long to start.
import { execFileSync } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { thirdPartyLicences } from './build/third-party.js'

/**
 * commander as ES modules. As CommonJS its 40 KB are parsed twice at each start, and it loads node:process, which opens
 * stdin, stdout and stderr to list them, and node:child_process, for subcommands that are programs of their own, which
 * kc-logout has not got: 9 ms of CPU in all, where an empty Node takes 30 ms (measured).
 */
const lightCommander = {
  name: 'light-commander',
  setup({ onResolve, onLoad }) {
    const lib = new URL('node_modules/commander/lib/', import.meta.url)
    const parts = ['argument', 'command', 'error', 'help', 'option', 'suggestSimilar']
    onResolve({ filter: /^commander$/ }, () => ({ path: 'commander', namespace: 'light-commander' }))
    onLoad({ filter: /.*/, namespace: 'light-commander' }, () => ({
      contents: parts.map((part) => `export * from './${part}.js'`).join('\n'),
      resolveDir: fileURLToPath(lib),
    }))
    onLoad({ filter: /[/\\]commander[/\\]lib[/\\]\w+\.js$/ }, async ({ path }) => {
      const contents = (await readFile(path, 'utf8'))
        .replace(/^const (\{[^}]+\}) = require\('(\.[^']+)'\);/gm, "import $1 from '$2';")
        .replace("const process = require('node:process');", '')
        .replace("const childProcess = require('node:child_process');", 'const childProcess = {};')
        .replace(/\brequire\('(node:\w+)'\)/g, "process.getBuiltinModule('$1')")
        .replace(/^exports\.(\w+) = \1;/gm, 'export { $1 };')
      if (/\brequire\(|\bexports\b/.test(contents)) throw new Error(`${path} is not what build.js expects`)
      return { contents }
    })
  },
}

/**
 * Of the admin client only what is used: the other resources are left empty. Two thirds of it are a second, generated
 * client that only `clientsV2` brings along (100 KB, with OpenTelemetry), and each start would parse it.
 */
const lightAdminClient = {
  name: 'light-admin-client',
  setup({ onLoad }) {
    const used = ['agent', 'clients', 'realms', 'resource', 'serverInfo', 'users']
    // kc-logout asks for tokens itself (src/keycloak/token-request.ts).
    onLoad({ filter: /[/\\]keycloak-admin-client[/\\]lib[/\\]utils[/\\]auth\.js$/ }, () => ({
      contents: 'export const getToken = undefined',
    }))
    onLoad({ filter: /[/\\]keycloak-admin-client[/\\]lib[/\\]resources[/\\]\w+\.js$/ }, async ({ path }) => {
      const contents = await readFile(path, 'utf8')
      if (used.includes(basename(path, '.js'))) return { contents }
      const names = [...contents.matchAll(/^export class (\w+)/gm)].map(([, name]) => name)
      if (names.length === 0) throw new Error(`${path} is not what build.js expects`)
      return { contents: names.map((name) => `export class ${name} {}`).join('\n') }
    })
  },
}

/** Of inquirer only the questions that are asked. Its editor alone brings 540 KB: tables of every character set. */
const lightInquirer = {
  name: 'light-inquirer',
  setup({ onLoad }) {
    const used = ['confirm', 'input', 'password']
    onLoad({ filter: /[/\\]@inquirer[/\\]prompts[/\\]dist[/\\]index\.js$/ }, async ({ path }) => {
      const lines = (await readFile(path, 'utf8')).trim().split('\n')
      const contents = lines.map((line) => {
        const [, name, separator = ''] = /^export \{ default as (\w+)(, Separator)? \} from/.exec(line) ?? []
        if (name === undefined) throw new Error(`${path} is not what build.js expects`)
        if (used.includes(name)) return line
        return `export const ${name} = undefined${separator && ', Separator = undefined'}`
      })
      return { contents: contents.join('\n') }
    })
  },
}

/**
 * Modules of Node's own that cost milliseconds to load and that many files need now and then: loaded when something of
 * theirs is first used. Importing node:https costs 9 ms of CPU, node:crypto 6 ms, node:fs 4 ms (it opens its streams).
 */
const lazyBuiltins = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?(crypto|fs|https|tls)$/ }, ({ path }) => ({
      path: path.replace(/^(node:)?/, 'node:'),
      namespace: 'lazy-builtins',
    }))
    onLoad({ filter: /.*/, namespace: 'lazy-builtins' }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path)).filter((name) => /^\w+$/.test(name))
      const getters = names.map(
        (name) => `get ${name}() { return process.getBuiltinModule('${path}').${name} },`,
      )
      return { contents: `module.exports = {\n${getters.join('\n')}\n}` }
    })
  },
}

const dist = new URL('dist/', import.meta.url)
await rm(dist, { recursive: true, force: true })
const { metafile } = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['src/kc-logout.ts', 'src/quick.ts'],
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minify: true,
  plugins: [lightCommander, lightAdminClient, lightInquirer, lazyBuiltins],
  metafile: true,
  legalComments: 'none', // they are shipped in one file
  // Bundled CommonJS packages call require() for Node's own modules. It stands in every chunk, so it makes nothing.
  banner: { js: 'const require=process.getBuiltinModule;' },
})

await writeFile(
  new URL('THIRD-PARTY-LICENSES.txt', import.meta.url),
  await thirdPartyLicences(metafile, import.meta.dirname),
)

// The first page of help, as the program lays it out where there is no terminal (src/quick.ts shows it from then on).
const program = fileURLToPath(new URL('bin/kc-logout.js', import.meta.url))
await writeFile(new URL('help.txt', dist), execFileSync(process.execPath, [program, '--help']))
