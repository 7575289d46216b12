import { parseArgs } from 'node:util'
import { byUser } from './cases/by-user.ts'
import { choosing } from './cases/choosing.ts'
import { copies } from './cases/copies.ts'
import { evidence } from './cases/evidence.ts'
import { hanging } from './cases/hanging.ts'
import { killed } from './cases/killed.ts'
import { listing } from './cases/listing.ts'
import { logout } from './cases/logout.ts'
import { oneCall } from './cases/one-call.ts'
import { startUp } from './cases/start-up.ts'
import { token } from './cases/token.ts'
import { machine } from './support/machine.ts'
import { benchOf, type Case, installProgram } from './support/program.ts'

const CASES: readonly Case[] = [
  startUp,
  token,
  oneCall,
  copies,
  listing,
  choosing,
  logout,
  byUser,
  evidence,
  hanging,
  killed,
]

const HELP = `npm run bench                         the usual ones
npm run bench -- start-up             one of them, by name
npm run bench -- --list               what there is
npm run bench -- logout --sessions 1000,10000 --rounds 3
npm run bench -- by-user --sessions 10000 --of-each 5,3`

const say = (line = '') => void process.stdout.write(`${line}\n`)

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: 'boolean' },
    help: { type: 'boolean' },
    rounds: { type: 'string' },
    sessions: { type: 'string' },
    'of-each': { type: 'string' },
  },
})

const unknown = positionals.find((name) => !CASES.some((each) => each.name === name))
if (values.list || values.help || unknown !== undefined) {
  if (unknown !== undefined) say(`There is no benchmark "${unknown}".`)
  if (!values.list) say(`${HELP}\n`)
  for (const { name, about, usual } of CASES)
    say(`${name.padEnd(12)} ${about}${usual ? '' : '; only when named'}`)
  process.exitCode = unknown === undefined ? 0 : 2
} else {
  const options = {
    ...(values.rounds ? { rounds: Number(values.rounds) } : {}),
    ...(values.sessions ? { sessions: values.sessions.split(',').map(Number) } : {}),
    ...(values['of-each'] ? { ofEach: values['of-each'].split(',').map(Number) } : {}),
  }
  for (const line of machine()) say(line)
  const { folder, remove } = await installProgram()
  try {
    for (const each of CASES) {
      if (positionals.length > 0 ? !positionals.includes(each.name) : !each.usual) continue
      say(`\n${each.name}: ${each.about}`)
      await each.run(
        benchOf(folder, (line) => say(`  ${line}`)),
        options,
      )
    }
  } finally {
    await remove()
  }
}
