import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { JAEGER_VERSION, jaegerProgram } from '../support/jaeger.ts'
import { run } from '../support/keycloak/tools.ts'
import { runVitest } from './vitest-run.ts'

/** Builds Jaeger from its Go module where it is not in the cache yet (5 minutes on two cores), then runs the suite. */
const program = jaegerProgram()
if (!existsSync(program)) {
  const folder = await mkdtemp(join(tmpdir(), 'jaeger-'))
  const module = 'github.com/jaegertracing/jaeger/cmd/jaeger'
  process.stderr.write(`Building Jaeger ${JAEGER_VERSION}: some minutes, once\n`)
  try {
    await run('go', ['mod', 'init', 'jaeger-for-tests'], { cwd: folder })
    await run('go', ['get', '-tool', `${module}@v${JAEGER_VERSION}`], { cwd: folder })
    await run('go', ['build', '-o', 'jaeger', module], { cwd: folder })
    await mkdir(dirname(program), { recursive: true })
    await copyFile(join(folder, 'jaeger'), program)
  } catch (error) {
    process.stderr.write(`The tests with traces want Go to build Jaeger: ${error}\n`)
    process.exit(1)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

process.exitCode = await runVitest({
  node: [process.execPath],
  args: [
    '--project',
    'live',
    '--maxWorkers=1',
    'test/live/evidence.test.ts',
    'test/live/evidence-gaps.test.ts',
  ],
  env: { KC_LOGOUT_TEST_EVIDENCE: 'traces' },
  report: 'evidence.json',
})
