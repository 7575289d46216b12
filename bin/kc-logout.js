#!/usr/bin/env node
const { answerQuickly } = require('../dist/quick.js')

if (!answerQuickly(process, `${__dirname}/../dist/help.txt`)) {
  const { run } = require('../dist/kc-logout.js')
  run().then((code) => {
    process.exitCode = code
  })
}
