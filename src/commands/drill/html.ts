import { compile, selectAll } from 'css-select'
import type { AnyNode, Document, Element } from 'domhandler'
import { getAttributeValue, innerText, removeElement } from 'domutils'
import { parse } from 'parse5'
import { adapter } from 'parse5-htmlparser2-tree-adapter'

/** A form of a page, with what a browser would send of it. */
export interface Form {
  /** Its place among the forms of the page. */
  readonly index: number
  readonly method: 'GET' | 'POST'
  /** Undefined if the page leaves it out: the page's own address. */
  readonly action: string | undefined
  /** The page's `<base href>`, which addresses are relative to. */
  readonly base: string | undefined
  readonly fields: readonly Field[]
}

/** A field that a browser sends: named, not disabled, checked if it is a checkbox. */
export interface Field {
  readonly name: string
  /** `text`, `password`, `hidden`, `submit`, … in lower case. */
  readonly type: string
  readonly value: string
}

/** The HTML of a page, as far as a drill needs it. */
export interface ReadPage {
  readonly title: string
  readonly forms: readonly Form[]
  /** The text that is shown, without scripts and styles, white space folded. */
  readonly text: string
  readonly hasScripts: boolean
  /** Where `<meta http-equiv="refresh">` leads within `MAX_REFRESH` seconds, relative to the page. */
  readonly refresh: string | undefined
  /** Does a CSS selector match something? @throws if the selector is not valid */
  has(selector: string): boolean
  /** The text of what a CSS selector matches; empty if it matches nothing. */
  textOf(selector: string): string
}

/** Seconds. A page that leads elsewhere later than this is a page of its own. */
const MAX_REFRESH = 10

/**
 * Reads a page by the HTML standard. Never throws: no HTML is invalid. A page that is nested too deeply counts as empty.
 */
export function readPage(html: string): ReadPage {
  const document: Document = parse(isTooDeep(html) ? '' : html, { treeAdapter: adapter })
  const all = (selector: string) => selectAll<AnyNode, Element>(selector, document)
  const [first] = all('base[href]')
  const base = first && getAttributeValue(first, 'href')
  const hasScripts = all('script').length > 0
  for (const hidden of all('noscript, template')) removeElement(hidden)
  return {
    title: textOf(all('title')),
    forms: all('form').map((form, index) => formOf(form, index, base)),
    text: textOf(all('body')),
    hasScripts,
    refresh: refreshOf(all('meta[http-equiv]'), base),
    has: (selector) => all(selector).length > 0,
    textOf: (selector) => textOf(all(selector)),
  }
}

export function isValidSelector(selector: string): boolean {
  try {
    compile(selector)
    return true
  } catch {
    return false
  }
}

/** A text that the page shows twice is there once. */
const textOf = (elements: Element[]) =>
  [...new Set(elements.map((element) => innerText(element).replace(/\s+/g, ' ').trim()))].join(' ').trim()

/** Levels. parse5 and domutils take quadratic time or a stack frame for each one; browsers flatten pages at 512. */
const MAX_DEPTH = 1000
/** Elements without an end tag, or whose end tag may be left out. */
const WITHOUT_END =
  /^(area|base|body|br|col|dd|dt|embed|head|hr|html|img|input|li|link|meta|optgroup|option|p|param|path|source|tbody|td|tfoot|th|thead|tr|track|wbr)$/i

function isTooDeep(html: string): boolean {
  let depth = 0
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z][^\s/>]*)/gi)) {
    if (WITHOUT_END.test(name)) continue
    depth = Math.max(0, depth + (slash === '/' ? -1 : 1))
    if (depth > MAX_DEPTH) return true
  }
  return false
}

function refreshOf(metas: Element[], base: string | undefined): string | undefined {
  const meta = metas.find((one) => getAttributeValue(one, 'http-equiv')?.toLowerCase() === 'refresh')
  const content = (meta && getAttributeValue(meta, 'content')) ?? ''
  const [, seconds, target] =
    /^\s*(\d+)[\d.]*\s*[;,]\s*(?:url\s*=\s*)?["']?([^"']+?)["']?\s*$/i.exec(content) ?? []
  if (target === undefined || Number(seconds) > MAX_REFRESH) return undefined
  return base !== undefined && URL.canParse(target, base) ? new URL(target, base).href : target
}

function formOf(form: Element, index: number, base: string | undefined): Form {
  const fields = selectAll<AnyNode, Element>('input, button, select, textarea', form)
  return {
    index,
    method: getAttributeValue(form, 'method')?.toUpperCase() === 'POST' ? 'POST' : 'GET',
    action: getAttributeValue(form, 'action'),
    base,
    fields: fields.flatMap(fieldOf),
  }
}

function fieldOf(field: Element): Field[] {
  const attribute = (name: string) => getAttributeValue(field, name)
  const name = attribute('name')
  const type = (attribute('type') ?? (field.name === 'button' ? 'submit' : 'text')).toLowerCase()
  const isUnchecked = (type === 'checkbox' || type === 'radio') && attribute('checked') === undefined
  if (!name || attribute('disabled') !== undefined || isUnchecked) return []
  return [{ name, type, value: attribute('value') ?? '' }]
}
