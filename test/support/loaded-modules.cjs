// Preloaded with NODE_OPTIONS: prints to stderr which of Node's modules the program has loaded.
process.on('exit', () => {
  require('node:fs').writeSync(2, `loaded: ${process.moduleLoadList.join(', ')}\n`)
})
