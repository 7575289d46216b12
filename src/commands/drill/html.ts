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
  /** Does a CSS selector match something? @throws if the selector is not valid */
  has(selector: string): boolean
  /** The text of what a CSS selector matches; empty if it matches nothing. */
  textOf(selector: string): string
}

/** Reads a page by the HTML standard. Never throws: no HTML is invalid. */
export function readPage(html: string): ReadPage {
  const document: Document = parse(html, { treeAdapter: adapter })
  const all = (selector: string) => selectAll<AnyNode, Element>(selector, document)
  const hasScripts = all('script').length > 0
  for (const hidden of all('noscript, template')) removeElement(hidden)
  return {
    title: textOf(all('title')),
    forms: all('form').map(formOf),
    text: textOf(all('body')),
    hasScripts,
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

const textOf = (elements: Element[]) => innerText(elements).replace(/\s+/g, ' ').trim()

function formOf(form: Element, index: number): Form {
  const fields = selectAll<AnyNode, Element>('input, button, select, textarea', form)
  return {
    index,
    method: getAttributeValue(form, 'method')?.toUpperCase() === 'POST' ? 'POST' : 'GET',
    action: getAttributeValue(form, 'action'),
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
