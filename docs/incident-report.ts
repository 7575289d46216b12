import { readFile, writeFile } from 'node:fs/promises'
import { render } from '../src/commands/all/report/render.ts'
import type { Report } from '../src/commands/all/report/report.ts'

const at = (name: string) => new URL(`examples/${name}`, import.meta.url)

/**
 * docs/examples/incident-report.html: the page that `all --report` writes for the run in incident-report.json. `npm run
 * screens` runs it, `npm run docs` writes the page, a test compares it.
 */
export async function incidentReportPage(): Promise<string> {
  const report: Report = JSON.parse(await readFile(at('incident-report.json'), 'utf8'))
  return render(report, 'html')
}

if (process.argv[1] === import.meta.filename) {
  await writeFile(at('incident-report.html'), await incidentReportPage())
}
