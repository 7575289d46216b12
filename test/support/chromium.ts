import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The Chromium of this machine, or undefined: KC_LOGOUT_TEST_CHROMIUM, else what the PATH has. */
export function findChromium(): string | undefined {
  const given = process.env.KC_LOGOUT_TEST_CHROMIUM
  return [...(given ? [given] : []), ...NAMES].find((name) => spawnSync(name, ['--version']).status === 0)
}

/** Why a test that wants a Chromium is skipped. */
export const NO_CHROMIUM = 'not installed here: chromium (or name one in KC_LOGOUT_TEST_CHROMIUM)'

interface Answer {
  readonly id?: number
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

/** One page of a real, headless browser with a profile of its own, steered through Chrome's DevTools protocol. */
export class ChromiumPage {
  readonly #process: ChildProcess
  readonly #profile: string
  readonly #pending = new Map<number, (answer: Answer) => void>()
  #serial = 0
  #session: string | undefined

  private constructor(process: ChildProcess, profile: string) {
    this.#process = process
    this.#profile = profile
    let rest = ''
    // The protocol over file descriptors 3 and 4: JSON, ended by a zero byte.
    const from = process.stdio[4] as Readable
    from.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\0')
      rest = parts.pop() ?? ''
      for (const part of parts) {
        const answer: Answer = JSON.parse(part)
        if (answer.id !== undefined) this.#pending.get(answer.id)?.(answer)
      }
    })
  }

  static async open(program: string): Promise<ChromiumPage> {
    const profile = await mkdtemp(join(tmpdir(), 'kc-logout-chromium-'))
    const flags = [
      '--headless=new',
      '--no-first-run',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-sandbox',
    ]
    const child = spawn(program, [...flags, '--remote-debugging-pipe', `--user-data-dir=${profile}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    })
    const page = new ChromiumPage(child, profile)
    const { targetId } = await page.#send('Target.createTarget', { url: 'about:blank' })
    const attached = await page.#send('Target.attachToTarget', { targetId, flatten: true })
    page.#session = String(attached.sessionId)
    return page
  }

  /** Goes to a URL as if it were typed, and waits until the page has been loaded. */
  async goto(url: string): Promise<void> {
    await this.#send('Page.navigate', { url })
    await this.#settled()
  }

  /** Runs JavaScript in the page and waits for what it leads to. */
  async run<T>(script: string): Promise<T> {
    const { result } = await this.#send('Runtime.evaluate', {
      expression: script,
      returnByValue: true,
      awaitPromise: true,
    })
    await this.#settled()
    return (result as { value: T }).value
  }

  get url(): Promise<string> {
    return this.run('location.href')
  }

  get text(): Promise<string> {
    return this.run('document.body.innerText')
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGKILL')
    await gone
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }

  /** Loaded, and still the same page a moment later: a redirect by form or script has then been followed. */
  async #settled(): Promise<void> {
    const look = async () => {
      const { result } = await this.#send('Runtime.evaluate', {
        expression: 'document.readyState + location.href',
        returnByValue: true,
      })
      return String((result as { value?: unknown }).value)
    }
    let before = ''
    for (let i = 0; i < 100; i++) {
      await sleep(150)
      const now = await look().catch(() => '')
      if (now.startsWith('complete') && now === before) return
      before = now
    }
    throw new Error('the page does not come to rest')
  }

  async #send(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>> {
    const id = ++this.#serial
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#pending.set(id, resolve)
      setTimeout(() => reject(new Error(`${method}: no answer from Chromium`)), 30_000).unref()
    })
    const to = this.#process.stdio[3] as Writable
    to.write(
      `${JSON.stringify({ id, method, params, ...(this.#session ? { sessionId: this.#session } : {}) })}\0`,
    )
    const { result, error } = await answer
    this.#pending.delete(id)
    if (error) throw new Error(`${method}: ${error.message}`)
    return result ?? {}
  }
}
