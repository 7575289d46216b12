#!/usr/bin/env node
const { enableCompileCache } = require('node:module')
const { join } = require('node:path')

try {
  require.resolve('../dist/kc-logout.cjs')
} catch {
  process.stderr.write('error: This checkout is not built.\nhint:  npm ci && npm run build\n')
  process.exit(1)
}

if (enableCompileCache) require('../dist/compile-cache.cjs').useCompileCache(process, enableCompileCache)

const { run } = require('../dist/kc-logout.cjs')
run(join(__dirname, '../docs')).then((code) => {
  process.exitCode = code
})
