import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Creates a folder for this test and removes it afterwards. */
export async function folderOfTest(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kc-logout-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
