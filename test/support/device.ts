import { Browser, formAction, messageOf } from './browser.ts'

/** Confirms a device code as a user does in a browser. */
export async function confirmDevice(url: string, user: string, password: string): Promise<void> {
  const browser = new Browser()
  let page = await browser.open(url)
  for (let forms = 0; forms < 3; forms++) {
    const action = formAction(page.answer.text)
    if (!action) break
    const fields = [...page.answer.text.matchAll(/<input[^>]*\bname="([^"]+)"[^>]*>/g)].map(([tag, name]) => [
      name,
      /\bvalue="([^"]*)"/.exec(tag)?.[1] ?? '',
    ])
    const form = { ...Object.fromEntries(fields), username: user, password }
    page = await browser.open(new URL(action, page.url).href, form)
  }
  if (page.answer.status >= 400)
    throw new Error(`The code could not be confirmed: ${messageOf(page.answer.text)}`)
}
