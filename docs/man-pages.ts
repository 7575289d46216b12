import { mkdir, rm, writeFile } from 'node:fs/promises'
import { version } from '../package.json'
import { footer } from '../src/cli/help.ts'
import { HELP_TOPICS } from '../src/cli/help-topics.ts'
import { COMMANDS } from '../src/registry.ts'
import { type HelpPage, type HelpRow, helpPage } from './support/reference/help-page.ts'

/** Man pages from the same source as the help, by file name: kc-logout.1, and one for each command. */
export async function manPages(): Promise<Readonly<Record<string, string>>> {
  const main = await helpPage()
  const pages: Record<string, string> = {
    'kc-logout.1': page('kc-logout', 'end the Keycloak sessions of users everywhere', [
      ...usage(main),
      ...examples(main),
      ...[...main.groups].flatMap(([name, rows]) => [section(name), ...rows.flatMap(item)]),
      ...HELP_TOPICS.flatMap(({ title, intro, rows }) => [
        section(title),
        escaped(intro),
        ...rows.flatMap(([term, text]) => item({ term, text })),
      ]),
      ...seeAlso(COMMANDS.map(({ name }) => name)),
    ]),
  }
  for (const { name, summary } of COMMANDS) {
    const help = await helpPage(name)
    pages[`kc-logout-${name}.1`] = page(`kc-logout-${name}`, summary, [
      ...usage(help),
      ...[...help.groups].flatMap(([heading, rows]) => [section(heading), ...rows.flatMap(item)]),
      ...footer(name).flatMap(([head, items]) => [section(head.replace(':', '')), escaped(items.join('; '))]),
      ...examples(help),
      ...seeAlso(['']),
    ])
  }
  return pages
}

const page = (name: string, summary: string, lines: readonly string[]): string =>
  [
    `.TH ${name.toUpperCase()} 1 "" "kc-logout ${version}" "kc-logout"`,
    '.ad l',
    '.nh',
    section('Name'),
    `${escaped(name)} \\- ${escaped(summary)}`,
    ...lines,
    '',
  ].join('\n')

const usage = ({ usage: line, description }: HelpPage): string[] => [
  section('Synopsis'),
  `.B ${escaped(line)}`,
  section('Description'),
  escaped(description),
]

const examples = ({ examples: lines }: HelpPage): string[] =>
  lines.length === 0 ? [] : [section('Examples'), '.nf', ...lines.map(escaped), '.fi']

const item = ({ term, text }: HelpRow): string[] => ['.TP', `.B ${escaped(term)}`, escaped(text)]

const seeAlso = (names: readonly string[]): string[] => [
  section('See also'),
  names.map((name) => `.BR ${escaped(name === '' ? 'kc-logout' : `kc-logout-${name}`)} (1)`).join(',\n'),
]

const section = (name: string): string => `.SH ${escaped(name.toUpperCase())}`

/** Text that roff prints as it is: a line must not begin with a control character. */
function escaped(text: string): string {
  const plain = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('…', '...')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
  return /^[.']/.test(plain) ? `\\&${plain}` : plain
}

if (import.meta.filename === process.argv[1]) {
  const folder = new URL('../man/', import.meta.url)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder)
  for (const [name, text] of Object.entries(await manPages())) await writeFile(new URL(name, folder), text)
}
