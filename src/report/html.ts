import { escapeInvisible } from '../util/escape-invisible.ts'
import { formatNumber } from '../util/format.ts'
import { timelineChart } from './chart.ts'
import { STYLE } from './html-style.ts'
import { type Block, type Cell, type Page, piecesOf, type Table, type Text, type Tone } from './page.ts'
import type { Timeline } from './timeline.ts'
import { seriesName, timelineTable } from './timeline-rows.ts'

/**
 * The page as one self-contained HTML file: no script, no requests, and a policy that forbids both. Follows the reader's
 * light or dark scheme; always light on paper.
 */
export function html({ title, realm, verdict, sections, footer }: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}: ${escaped(realm)}</title>
<style>
${STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(title)} ${inline({ quoted: realm })}</h1>
<div class="verdict ${verdict.tone}">
<p class="headline">${SIGNS[verdict.tone]}${inline(verdict.headline)}</p>
${verdict.notes.map((note) => `<p>${inline(note)}</p>`).join('\n')}
</div>
</header>
<main>
${sections.map((section) => `<section>\n<h2>${escaped(section.title)}</h2>\n${section.blocks.map(blockHtml).join('\n')}\n</section>`).join('\n')}
</main>
<footer><p>${inline(footer)}</p></footer>
</body>
</html>
`
}

/** Signs besides colours, for readers who cannot distinguish those. */
const sign = (text: string) => `<span class="sign">${text}</span> `
const SIGNS: Readonly<Record<Tone, string>> = {
  good: sign('✓'),
  unsure: sign('?'),
  bad: sign('✗'),
  plain: '',
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'text':
      return `<p>${inline(block.text)}</p>`
    case 'facts':
      return `<dl>\n${block.facts.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${inline(value)}</dd></div>`).join('\n')}\n</dl>`
    case 'table':
      return tableHtml(block)
    case 'timeline':
      return `<figure>
<div class="scroll">${timelineChart(block.timeline)}</div>
<figcaption>${legend(block.timeline)}</figcaption>
<details><summary>As a table</summary>
${tableHtml(timelineTable(block.timeline))}
</details>
</figure>`
  }
}

function tableHtml({ heads, rows, more, stacks }: Table): string {
  const align = (index: number) => (heads[index]?.align === 'right' ? ' class="number"' : '')
  const head = heads.map(({ text }, index) => `<th scope="col"${align(index)}>${inline(text)}</th>`).join('')
  const named = (index: number) =>
    stacks ? ` data-head="${escaped(plainText(heads[index]?.text ?? ''))}"` : ''
  const body = rows.map(
    (cells) =>
      `<tr>${cells.map((cell, index) => `<td${align(index)}${named(index)}>${cellHtml(cell)}</td>`).join('')}</tr>`,
  )
  const rest =
    more > 0 ? `\n<p class="more">… and ${formatNumber(more)} more. The JSON report lists all.</p>` : ''
  return `<div class="scroll"><table${stacks ? ' class="stacks"' : ''}>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table></div>${rest}`
}

function cellHtml({ text, tone, share }: Cell): string {
  if (share !== undefined)
    return `${inline(text)}<span class="bar ${tone ?? 'plain'}" style="width:${Math.max(2, Math.round(share * 100))}%"></span>`
  return tone ? `<span class="tone ${tone}">${SIGNS[tone]}${inline(text)}</span>` : inline(text)
}

/** In the order of the areas from top to bottom, with the numbers at the start and at the end. */
function legend({ series, samples }: Timeline): string {
  const first = samples[0]?.left ?? []
  const last = samples.at(-1)?.left ?? []
  const items = series.map(
    (one, index) =>
      `<li><span class="swatch s${index}"></span>${inline(seriesName(one))} ${formatNumber(first[index] ?? 0)} → ${formatNumber(last[index] ?? 0)}</li>`,
  )
  return `<ul class="legend">${items.reverse().join('')}</ul>`
}

const inline = (text: Text): string =>
  piecesOf(text)
    .map((piece) => (typeof piece === 'string' ? escaped(piece) : `<code>${escaped(piece.quoted)}</code>`))
    .join('')

const plainText = (text: Text): string =>
  piecesOf(text)
    .map((piece) => (typeof piece === 'string' ? piece : piece.quoted))
    .join('')

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escaped = (text: string): string =>
  escapeInvisible(text).replace(/[&<>"']/g, (found) => ENTITIES[found] ?? '')
