// What is bundled, made lighter where that was measured to pay: plugins of rolldown.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'

/**
 * Modules of Node's own that cost milliseconds to load and that many files need now and then: loaded when something of
 * theirs is first used. TLS costs 9 ms of CPU; child_process, which commander asks for and never uses here, 3 ms.
 */
export const lazyBuiltins = {
  name: 'lazy-builtins',
  resolveId: {
    filter: { id: /^(node:)?(child_process|crypto|https|stream|tls)$/ },
    // What inquirer mutes its input with is a class made from the module itself, which only the real one can be.
    handler: (id, importer) =>
      /[/\\]mute-stream[/\\]/.test(importer ?? '') ? null : `lazy:${id.replace(/^node:/, '')}`,
  },
  load: {
    filter: { id: /^lazy:/ },
    handler(id) {
      const builtin = id.replace('lazy:', 'node:')
      // What a bundle does with a module of another kind is to copy its properties, hundreds of them, each time it
      // starts. Those of a prototype it leaves where they are.
      return `module.exports = Object.create(new Proxy({}, {
        get: (_, name) => process.getBuiltinModule('${builtin}')[name]
      }))`
    },
  },
}

/**
 * Of the admin client only what is used: the other resources are left empty. They are half of it, as `clientsV2` alone
 * brings a second, generated client along (100 KB, with OpenTelemetry): 7 ms at each start.
 */
export const lightAdminClient = {
  name: 'light-admin-client',
  load: {
    filter: { id: /[/\\]keycloak-admin-client[/\\]lib[/\\](resources[/\\]\w+|utils[/\\]auth)\.js$/ },
    async handler(path) {
      // kc-logout asks for tokens itself (src/keycloak/token-request.ts).
      if (basename(path) === 'auth.js') return 'export const getToken = undefined'
      const used = ['agent', 'clients', 'realms', 'resource', 'serverInfo', 'users']
      if (used.includes(basename(path, '.js'))) return null
      const contents = await readFile(path, 'utf8')
      const names = [...contents.matchAll(/^export class (\w+)/gm)].map(([, name]) => name)
      if (names.length === 0) throw unexpected(path)
      return names.map((name) => `export class ${name} {}`).join('\n')
    },
  },
}

/** Of inquirer only the questions that are asked. Its editor alone brings 540 KB: tables of every character set. */
export const lightInquirer = {
  name: 'light-inquirer',
  load: {
    filter: { id: /[/\\]@inquirer[/\\]prompts[/\\]dist[/\\]index\.js$/ },
    async handler(path) {
      const used = ['confirm', 'input', 'password']
      const lines = (await readFile(path, 'utf8')).trim().split('\n')
      return lines
        .map((line) => {
          const [, name, separator = ''] =
            /^export \{ default as (\w+)(, Separator)? \} from/.exec(line) ?? []
          if (name === undefined) throw unexpected(path)
          if (used.includes(name)) return line
          return `export const ${name} = undefined${separator && ', Separator = undefined'}`
        })
        .join('\n')
    },
  },
}

const unexpected = (path) => new Error(`${path} is not what the build expects`)
