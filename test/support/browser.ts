import { type Answer, send } from './http.ts'

interface Cookie {
  readonly name: string
  readonly value: string
  readonly path: string
}

/**
 * A browser as far as a sign-in needs it: keeps cookies by path and sends them back, follows redirects within one
 * server, and reads the form of a page. It sends `Secure` cookies over http too, as browsers do to localhost.
 */
export class Browser {
  readonly #cookies = new Map<string, Cookie>()

  /** Follows redirects as long as they stay at the same origin; returns the last answer and its address. */
  async open(url: string, form?: Readonly<Record<string, string>>): Promise<{ url: string; answer: Answer }> {
    let address = url
    let answer = await this.#send(form ? 'POST' : 'GET', address, form)
    for (let hops = 0; answer.headers.location && answer.status >= 300 && answer.status < 400; hops++) {
      const target = new URL(answer.headers.location, address)
      if (target.origin !== new URL(address).origin) break
      if (hops === 10) throw new Error(`Too many redirects, the last one to ${target.href}`)
      address = target.href
      answer = await this.#send('GET', address)
    }
    return { url: address, answer }
  }

  async #send(method: string, url: string, form?: Readonly<Record<string, string>>): Promise<Answer> {
    const { pathname } = new URL(url)
    const cookie = [...this.#cookies.values()]
      .filter(({ path }) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
    const answer = await send(method, url, {
      headers: { accept: 'text/html', ...(cookie ? { cookie } : {}) },
      ...(form ? { form } : {}),
    })
    for (const line of answer.headers['set-cookie'] ?? []) this.#keep(line)
    return answer
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
    const cut = pair.indexOf('=')
    const value = pair.slice(cut + 1)
    const cookie: Cookie = { name: pair.slice(0, cut), value, path: attribute(attributes, 'path') ?? '/' }
    const key = `${cookie.path} ${cookie.name}`
    const expires = attribute(attributes, 'expires')
    const over =
      attribute(attributes, 'max-age') === '0' || (expires !== undefined && Date.parse(expires) < Date.now())
    if (over || value === '') this.#cookies.delete(key)
    else this.#cookies.set(key, cookie)
  }
}

function attribute(attributes: readonly string[], name: string): string | undefined {
  const found = attributes.find((each) => each.toLowerCase().startsWith(`${name}=`))
  return found?.slice(name.length + 1)
}

/** Where a page's first form is sent to, or undefined when it has none. */
export function formAction(html: string): string | undefined {
  return /<form\b[^>]*\baction="([^"]+)"/i.exec(html)?.[1]?.replaceAll('&amp;', '&')
}

/** What an error page, or a form that was refused, says to the person: the first words after one of the known marks. */
export function messageOf(html: string): string {
  for (const mark of [
    /id="input-error[^>]*>/,
    /class="[^"]*(?:kc-feedback-text|instruction)[^>]*>/,
    /<title>/,
  ]) {
    const found = mark.exec(html)
    const words = found && html.slice(found.index + found[0].length).replace(/<[^>]*>/g, '\n')
    const first = words?.split('\n').find((line) => line.trim())
    if (first) return first.trim()
  }
  return html.slice(0, 200)
}
