// Starts a server as a process group, and ends the group and removes its folder as soon as this process's stdin ends. The
// starter holds the other end of that pipe, which the kernel closes however the starter ends, even with kill -9: so no
// server outlives its tests. Plain JavaScript, because it must run without a loader.
//
// Arguments: a JSON object { command, args, cwd, logFile, folder, graceMs }. Prints one JSON line { pid }, and { exit } if the
// server ends by itself.
import { spawn } from 'node:child_process'
import { openSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const { command, args, cwd, logFile, folder, graceMs } = JSON.parse(process.argv[2])
const log = openSync(logFile, 'a')
const server = spawn(command, args, { cwd, detached: true, stdio: ['ignore', log, log] })
let stopping = false

server.once('spawn', () => say({ pid: server.pid }))
server.once('error', (error) => say({ exit: error.message }))
server.once('exit', (code, signal) => say({ exit: signal ?? code }))

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, stop)
// Do not stop before the server if the reader of these lines has ended.
process.stdout.on('error', () => {})
process.stdin.on('error', stop).on('end', stop).resume()

async function stop() {
  if (stopping) return
  stopping = true
  if (signalGroup('SIGTERM')) {
    const deadline = Date.now() + graceMs
    while (signalGroup(0) && Date.now() < deadline) await sleep(50)
    signalGroup('SIGKILL')
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  process.exit(0)
}

/** Does the group still have a process? */
function signalGroup(signal) {
  try {
    return server.pid !== undefined && process.kill(-server.pid, signal)
  } catch {
    return false
  }
}

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}
