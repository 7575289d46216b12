import { writeFile } from 'node:fs/promises'
import { buildProgram } from '../src/program.ts'
import { COMMANDS } from '../src/registry.ts'

/** docs/help.md: what `--help` says, made from the same source. `npm run docs` writes it, a test holds it current. */
export async function helpPage(): Promise<string> {
  const pages = [await pageOf('--help')]
  for (const { name } of COMMANDS) pages.push(`## kc-logout ${name}\n\n${await pageOf(name, '--help')}`)
  return `# What --help says

Made from the program by \`npm run docs\`. What it promises stands in [commands.md](commands.md).

${pages.join('\n')}`
}

async function pageOf(...argv: string[]): Promise<string> {
  let text = ''
  const program = buildProgram({
    commands: COMMANDS,
    hidden: [],
    columns: () => 80,
    writeOut: (more) => {
      text += more
    },
    start: () => Promise.reject(new Error('nothing is run here')),
  })
  // commander ends by an error that says that all is well.
  await program.parse(argv).catch((error: unknown) => {
    if (!(error instanceof Error && 'exitCode' in error && error.exitCode === 0)) throw error
  })
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`
}

if (process.argv[1] === import.meta.filename) {
  await writeFile(new URL('help.md', import.meta.url), await helpPage())
}
