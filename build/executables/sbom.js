import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NODE } from './targets.js'
import { run } from './tools.js'

const LIST = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']

/**
 * Writes a CycloneDX SBOM of what an executable carries: the bundled packages, as THIRD-PARTY-LICENSES.txt names them,
 * and Node. To npm all of them are devDependencies, so that its own list has too much.
 */
export async function writeSbom({ project, out, version, seconds }) {
  const { serialNumber: _, ...all } = JSON.parse(await run('npm', LIST, { cwd: project }))
  const licences = await readFile(join(project, 'THIRD-PARTY-LICENSES.txt'), 'utf8')
  const bundled = new Set(
    [...licences.matchAll(/^ {2}(\S+) (\S+) \(/gm)].map(([, name, of]) => `${name}@${of}`),
  )
  const packages = all.components
    .filter((one) => bundled.has(one['bom-ref']))
    .map(({ properties: _, ...component }) => ({ ...component, scope: 'required' }))
  if (packages.length !== bundled.size)
    throw new Error(`The SBOM has ${packages.length} of ${bundled.size} bundled packages`)
  const node = {
    'bom-ref': `node@${NODE}`,
    type: 'platform',
    name: 'node',
    version: NODE,
    purl: `pkg:generic/node@${NODE}`,
  }
  const components = [...packages, node]
  const refs = components.map((one) => one['bom-ref'])
  const { component } = all.metadata
  const sbom = {
    ...all,
    metadata: {
      ...all.metadata,
      timestamp: new Date(seconds * 1000).toISOString(),
      component: { ...component, name: 'kc-logout', type: 'application' },
    },
    components,
    dependencies: [
      { ref: component['bom-ref'], dependsOn: refs },
      ...refs.map((ref) => ({ ref, dependsOn: [] })),
    ],
  }
  await writeFile(join(out, `kc-logout-${version}.cdx.json`), `${JSON.stringify(sbom, null, 2)}\n`)
}
