#!/usr/bin/env node
const { enableCompileCache } = require('node:module')

if (enableCompileCache) require('../dist/compile-cache.cjs').useCompileCache(process, enableCompileCache)

const { run } = require('../dist/kc-logout.cjs')
run().then((code) => {
  process.exitCode = code
})
