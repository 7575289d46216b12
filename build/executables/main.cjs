// The main script of a single executable: runs dist, whose files are its assets. A chunk is compiled when it is required,
// so that a start compiles as little as with Node. Packages are not found: `require` knows Node's own modules alone.
const { getAsset } = require('node:sea')
const { compileFunction } = require('node:vm')
const { posix } = require('node:path')

const loaded = new Map()

function load(name) {
  const known = loaded.get(name)
  if (known) return known.exports
  const module = { exports: {} }
  loaded.set(name, module)
  const requireFrom = (id) => (id.startsWith('.') ? load(posix.join(posix.dirname(name), id)) : require(id))
  const compiled = compileFunction(getAsset(name, 'utf8'), ['exports', 'require', 'module'], {
    filename: name,
  })
  compiled(module.exports, requireFrom, module)
  return module.exports
}

load('kc-logout.cjs')
  .run()
  .then((code) => {
    process.exitCode = code
  })
