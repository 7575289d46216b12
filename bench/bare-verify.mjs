// bare-verify.mjs JWKS-FILE TOKENS-FILE WIDTH: jose's jwtVerify for each line of a file, so many in flight, and nothing
// else. What one who needs no explanation would write.
import { createReadStream, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createLocalJWKSet, jwtVerify } from 'jose'

const [jwks, tokens, width] = process.argv.slice(2)
const keys = createLocalJWKSet(JSON.parse(readFileSync(jwks, 'utf8')))
const lines = createInterface({ input: createReadStream(tokens) })[Symbol.asyncIterator]()
let verified = 0
async function verifyOnAndOn() {
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    await jwtVerify(line.value, keys)
    verified++
  }
}
await Promise.all(Array.from({ length: Number(width) }, verifyOnAndOn))
process.stdout.write(`${verified}\n`)
