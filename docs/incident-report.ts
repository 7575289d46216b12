import { readFile, writeFile } from 'node:fs/promises'
import type { AllReport } from '../src/commands/all/report/all-report.ts'
import { buildPage } from '../src/commands/all/report/build-page.ts'
import { render } from '../src/report/render.ts'

const at = (name: string) => new URL(`examples/${name}`, import.meta.url)

/**
 * docs/examples/incident-report.html: the page that `all --report` writes for the run in incident-report.json. `npm run
 * screens` runs it, `npm run docs` writes the page, a test compares it.
 */
export async function incidentReportPage(): Promise<string> {
  const { schemaVersion: _, ...report }: AllReport & { schemaVersion: 1 } = JSON.parse(
    await readFile(at('incident-report.json'), 'utf8'),
  )
  return render({ report, sessions: [] }, 'html', { page: buildPage })
}

if (process.argv[1] === import.meta.filename) {
  await writeFile(at('incident-report.html'), await incidentReportPage())
}
