import { readFileSync } from 'node:fs'

/** What a guide tells people to type, and what it says that comes of it. */
export interface Step {
  readonly name: string
  readonly script: string
  readonly exit: number
  /** Each has to stand in what is shown. */
  readonly shows: readonly string[]
  /** Goes on in a terminal of its own as soon as this is shown; the steps after it run meanwhile. */
  readonly until?: string
}

export interface Guide {
  /** The names that the reader gives values to, in the one block that is theirs. */
  readonly settings: readonly string[]
  readonly steps: readonly Step[]
  /** Commands that no test runs, each with the reason that the guide gives. */
  readonly notRun: readonly { readonly reason: string; readonly script: string }[]
}

const BLOCK = /^```sh\n([\s\S]*?)^```$/gm
const STEP = /^<!-- run ([\w-]+): exit (\d+)((?:; [^>]+)?) -->$/
const NOT_RUN = /^\*Not run by the tests, (.+):\*$/

/**
 * Reads a guide. The line above each block of commands says what is to come of it; throws where it does not, so that no
 * command can stand in a guide that nobody runs and nobody owns up to.
 */
export function readGuide(name: string): Guide {
  const text = readFileSync(new URL(`../../docs/guides/${name}.md`, import.meta.url), 'utf8')
  const settings: string[] = []
  const steps: Step[] = []
  const notRun: { reason: string; script: string }[] = []
  for (const { index, 1: script = '' } of text.matchAll(BLOCK)) {
    const above = text.slice(0, index).trimEnd().split('\n').at(-1) ?? ''
    const step = STEP.exec(above)
    const excuse = NOT_RUN.exec(above)?.[1]
    if (above === '<!-- settings -->') settings.push(...settingsIn(script))
    else if (excuse) notRun.push({ reason: excuse, script })
    else if (step) steps.push(stepOf(step, script))
    else throw new Error(`${name}.md says nothing about whether this is run:\n${script}`)
  }
  return { settings, steps, notRun }
}

function stepOf([, name = '', exit, more = '']: RegExpExecArray, script: string): Step {
  const said = (word: string) =>
    [...more.matchAll(new RegExp(`; ${word} "([^"]+)"`, 'g'))].map(([, text = '']) => text)
  const [until] = said('until')
  return { name, script, exit: Number(exit), shows: said('shows'), ...(until === undefined ? {} : { until }) }
}

/** `export A=1 B=2` lines and nothing else. */
function settingsIn(script: string): string[] {
  return script
    .trim()
    .split('\n')
    .flatMap((line) => {
      if (!/^export( [A-Z_]+=[^\s"'$`]+)+$/.test(line)) throw new Error(`not a line of settings: ${line}`)
      return [...line.matchAll(/ ([A-Z_]+)=/g)].map(([, name = '']) => name)
    })
}
