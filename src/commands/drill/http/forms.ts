import { type DefaultTreeAdapterTypes, parse } from 'parse5'

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

/** A form of a page, with what a browser would send of it. */
export interface Form {
  readonly id: string | undefined
  readonly method: 'GET' | 'POST'
  /** Undefined where the page leaves it out: the page's own address. */
  readonly action: string | undefined
  readonly fields: readonly Field[]
}

export interface Field {
  readonly name: string
  /** `text`, `password`, `hidden`, `submit`, … in lower case. */
  readonly type: string
  readonly value: string
}

/** What the HTML of a page holds, as far as a sign-in needs it. */
export interface ReadPage {
  readonly title: string
  /** Ids of all elements: Keycloak's themes keep those that its scripts use. */
  readonly ids: ReadonlySet<string>
  readonly forms: readonly Form[]
  readonly links: readonly { readonly id: string | undefined; readonly href: string }[]
  /** The text that is shown, without scripts and styles, white space folded. */
  readonly text: string
  readonly hasScripts: boolean
}

/** Reads a page as the HTML standard says; never throws, as HTML has no syntax errors that end parsing. */
export function readPage(html: string): ReadPage {
  const ids = new Set<string>()
  const forms: {
    id: string | undefined
    method: 'GET' | 'POST'
    action: string | undefined
    fields: Field[]
  }[] = []
  const links: { id: string | undefined; href: string }[] = []
  const texts: string[] = []
  let title = ''
  let hasScripts = false

  const visit = (node: Node, form: (typeof forms)[number] | undefined): void => {
    if (node.nodeName === '#text') {
      texts.push((node as DefaultTreeAdapterTypes.TextNode).value)
      return
    }
    let current = form
    if ('tagName' in node) {
      const id = attribute(node, 'id')
      if (id !== undefined) ids.add(id)
      switch (node.tagName) {
        case 'script':
          hasScripts = true
          return
        case 'style':
        case 'noscript':
          return
        case 'title':
          title = textOf(node)
          return
        case 'form':
          current = {
            id,
            method: attribute(node, 'method')?.toUpperCase() === 'POST' ? 'POST' : 'GET',
            action: attribute(node, 'action'),
            fields: [],
          }
          forms.push(current)
          break
        case 'a': {
          const href = attribute(node, 'href')
          if (href !== undefined) links.push({ id, href })
          break
        }
        default: {
          const field = fieldOf(node)
          if (field) current?.fields.push(field)
        }
      }
    }
    if ('childNodes' in node) for (const child of node.childNodes) visit(child, current)
  }
  visit(parse(html), undefined)
  return { title, ids, forms, links, text: texts.join(' ').replace(/\s+/g, ' ').trim(), hasScripts }
}

const FIELDS = new Set(['input', 'button', 'select', 'textarea'])

function fieldOf(node: Element): Field | undefined {
  const name = attribute(node, 'name')
  if (!FIELDS.has(node.tagName) || name === undefined || attribute(node, 'disabled') !== undefined)
    return undefined
  const type = (attribute(node, 'type') ?? (node.tagName === 'button' ? 'submit' : 'text')).toLowerCase()
  const isUnchecked = (type === 'checkbox' || type === 'radio') && attribute(node, 'checked') === undefined
  return isUnchecked ? undefined : { name, type, value: attribute(node, 'value') ?? '' }
}

const attribute = (node: Element, name: string) => node.attrs.find((one) => one.name === name)?.value

const textOf = (node: Element): string =>
  node.childNodes
    .map((child) => ('value' in child ? child.value : ''))
    .join('')
    .trim()
