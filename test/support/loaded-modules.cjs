// Required before the program (NODE_OPTIONS): names on stderr what it has loaded of Node itself. Opens no stream for it.
process.on('exit', () => {
  require('node:fs').writeSync(2, `loaded: ${process.moduleLoadList.join(', ')}\n`)
})
