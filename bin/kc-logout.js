#!/usr/bin/env node
const { answerQuickly } = require('../dist/quick.cjs')

if (!answerQuickly(process, `${__dirname}/../dist/help.txt`)) {
  const { run } = require('../dist/kc-logout.cjs')
  run().then((code) => {
    process.exitCode = code
  })
}
