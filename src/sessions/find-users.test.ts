import { expect, it } from 'vitest'
import { readUserNames } from './find-users.ts'

const files = (...lines: string[]) => ({
  async *lines() {
    yield* lines
  },
})

it('refuses a name with a NUL character, exit 2', async () => {
  await expect(readUserNames(['-'], files('ada', 'b\0b'))).rejects.toMatchObject({
    code: 'bad-name',
    exitCode: 2,
  })
})
