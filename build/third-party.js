// The licences of what the bundle carries, as one text. Whoever copies somebody's code has to hand on their licence.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const PACKAGE = /^((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//
const LICENCE = /^(licen[cs]e|copying|notice)(\.(md|txt))?$/i
const RULE = '-'.repeat(80)

/**
 * The packages of which something is in the bundle, and the whole text of each one's licence.
 *
 * @param {readonly string[]} sources the files of which something went into the bundle
 * @returns {Promise<string>} the content of THIRD-PARTY-LICENSES.txt; the same for the same packages
 * @throws when a package has no text of a licence: it must not be shipped then
 */
export async function thirdPartyLicences(sources) {
  const folders = new Set(sources.flatMap((source) => PACKAGE.exec(source)?.[1] ?? []))
  const packages = await Promise.all([...folders].map(read))
  packages.sort((a, b) => (a.title < b.title ? -1 : 1))
  const head = `kc-logout carries code of these ${packages.length} packages, each under its own licence:\n\n`
  const list = packages.map(({ title, licence }) => `  ${title} (${licence})\n`).join('')
  return `${head}${list}${packages.map(({ title, text }) => `\n${RULE}\n${title}\n\n${text}\n`).join('')}`
}

async function read(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const files = (await readdir(folder)).filter((file) => LICENCE.test(file)).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  const text = texts.map((one) => one.replaceAll('\r\n', '\n').trim()).join('\n\n')
  if (text.length < 200) throw new Error(`${name} is bundled, and its package holds no text of a licence`)
  return { title: `${name} ${version}`, licence: license ?? 'see below', text }
}
