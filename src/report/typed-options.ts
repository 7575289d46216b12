import { isRecord } from '../util/is-record.ts'

/** `{ client: ['shop'], realmStep: false, strict: true }` as it was typed: `--client shop --no-realm-step --strict`. */
export function typedOptions(options: object): string[] {
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined) return []
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    if (Array.isArray(value))
      return value.flatMap((one: unknown) => [`--${flag}`, isRecord(one) ? String(one.text) : String(one)])
    // commander sets what `--no-…` switches off.
    if (value === false) return [`--no-${flag}`]
    if (value === true) return name === 'realmStep' ? [] : [`--${flag}`]
    return [`--${flag}`, String(value)]
  })
}
