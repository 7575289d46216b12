import { readFile, writeFile } from 'node:fs/promises'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { openProcess } from '../src/process.ts'
import { main } from '../src/run.ts'

/**
 * same-process.ts JWKS TOKENS ROUNDS RESULT: verifies all tokens of a file by a bare loop of jose's `jwtVerify`, one after
 * the other, and by `inspect-token`, in turns, both warm. Writes what each took, in seconds, to the file RESULT; what
 * inspect-token says goes to stdout.
 */
const [jwksFile = '', tokensFile = '', rounds = '5', result = ''] = process.argv.slice(2)
const keys = createLocalJWKSet(JSON.parse(await readFile(jwksFile, 'utf8')))

async function bareLoop() {
  for (const token of (await readFile(tokensFile, 'utf8')).trim().split('\n')) await jwtVerify(token, keys)
}

async function inspectToken() {
  const world = openProcess()
  const code = await main(['inspect-token', '--no-network', '--jwks', jwksFile, '--file', tokensFile], world)
  await world.close()
  if (code !== 0) throw new Error(`exit ${code}`)
}

const seconds: Record<'bare' | 'ours', number[]> = { bare: [], ours: [] }
for (let round = -1; round < Number(rounds); round++) {
  for (const [side, run] of [
    ['bare', bareLoop],
    ['ours', inspectToken],
  ] as const) {
    const began = performance.now()
    await run()
    // The first round of each warms up.
    if (round >= 0) seconds[side].push((performance.now() - began) / 1000)
  }
}
await writeFile(result, JSON.stringify(seconds))
