// npm run executables: the files of a release, in release/ or OUT. Needs Linux with apt, dpkg-deb, tar and gzip. Names of
// targets as arguments (linux-x64 …) build for these alone.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { buildDeb } from './deb.js'
import { buildExecutable, fetchNode, nodeLicence } from './executable.js'
import { buildImage } from './image.js'
import { writeSbom } from './sbom.js'
import { TARGETS } from './targets.js'
import { gzip, hashOf, run, tar } from './tools.js'

const PROJECT = join(import.meta.dirname, '../..')
const OUT = join(PROJECT, process.env.OUT || 'release')
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kc-logout', 'nodes')
const { version } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8'))
/** The time of every file in what is built. */
const seconds = Number(process.env.SOURCE_DATE_EPOCH || 1_767_225_600)

const wanted = process.argv.slice(2)
const targets = TARGETS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const host = TARGETS.filter(
  ({ name }) => name === 'linux-x64' || name === `${process.platform}-${process.arch}`,
)

const work = await mkdtemp(join(tmpdir(), 'kc-logout-executables-'))
try {
  await rm(OUT, { recursive: true, force: true })
  await mkdir(OUT, { recursive: true })
  const nodes = {}
  for (const target of new Set([...targets, ...host])) nodes[target.name] = await fetchNode(target, CACHE)
  const parts = await prepareParts(nodes)
  const built = []
  for (const target of targets) {
    const folder = join(work, target.name)
    await mkdir(folder)
    const executable = await buildExecutable(target, { dist: join(PROJECT, 'dist'), nodes, folder })
    await archive(target, executable, parts)
    if (target.debian) {
      await buildDeb(target, { executable, parts, version, folder, out: OUT, seconds })
      built.push({ target, executable })
    }
  }
  if (built.length > 0) await buildImage(built, { version, folder: work, out: OUT, seconds })
  // The package that `npm run build` has built.
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', OUT], { cwd: PROJECT })
  await writeSbom({ project: PROJECT, out: OUT, version, seconds })
  await writeSums()
} finally {
  await rm(work, { recursive: true, force: true })
}

/** What goes along with every executable: documentation, licences, man pages, completion. */
async function prepareParts(nodes) {
  const parts = join(work, 'parts')
  await mkdir(join(parts, 'completion'), { recursive: true })
  await mkdir(join(parts, 'doc'))
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE', 'THIRD-PARTY-LICENSES.txt'])
    await cp(join(PROJECT, name), join(parts, 'doc', name))
  await writeFile(join(parts, 'doc', 'LICENSE-node'), await nodeLicence(nodes))
  await cp(join(PROJECT, 'man'), join(parts, 'man'), { recursive: true })
  for (const [shell, name] of [
    ['bash', 'kc-logout.bash'],
    ['zsh', '_kc-logout'],
    ['fish', 'kc-logout.fish'],
    ['kubectl', 'kubectl_complete-kc_logout'],
  ]) {
    const script = await run(process.execPath, [join(PROJECT, 'bin/kc-logout.js'), 'completion', shell])
    await writeFile(join(parts, 'completion', name), script)
  }
  return parts
}

async function archive({ name }, executable, parts) {
  const folder = join(work, `${name}-archive`)
  await cp(parts, folder, { recursive: true })
  await cp(executable, join(folder, basename(executable)))
  await run('chmod', ['-R', 'u=rwX,go=rX', folder])
  const file = join(OUT, `kc-logout-${version}-${name}.tar`)
  await tar(file, folder, seconds)
  await gzip(file)
}

/** SHA256SUMS as `sha256sum --check` reads it; prints the sizes. */
async function writeSums() {
  const names = (await readdir(OUT)).sort()
  const lines = await Promise.all(names.map(async (name) => `${await hashOf(join(OUT, name))}  ${name}\n`))
  await writeFile(join(OUT, 'SHA256SUMS'), lines.join(''))
  for (const name of names) {
    const { size } = await stat(join(OUT, name))
    process.stdout.write(`${(size / 1e6).toFixed(1).padStart(7)} MB  ${name}\n`)
  }
}
