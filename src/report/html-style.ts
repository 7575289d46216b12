/**
 * The style of the page. The colours of the areas are Paul Tol's "bright" scheme, which people with any kind of colour
 * blindness can distinguish (https://personal.sron.nl/~pault/); lines between the areas separate them in grey, too.
 */
export const STYLE = `:root {
  --back: #fff; --text: #1c2127; --soft: #59636e; --line: #d5dae0; --card: #f5f7f9;
  --good: #0b6bb0; --unsure: #9a6700; --bad: #c1260f; --good-back: #e8f2fb; --unsure-back: #fdf4dd; --bad-back: #fdecea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #12161b; --text: #e4e8ed; --soft: #9aa5b1; --line: #343c46; --card: #1b2128;
    --good: #6cb6f5; --unsure: #e3b341; --bad: #ff8d78; --good-back: #14283a; --unsure-back: #302710; --bad-back: #381c18;
  }
}
@media print {
  :root {
    --back: #fff; --text: #000; --soft: #444; --line: #bbb; --card: #f5f7f9;
    --good: #0b6bb0; --unsure: #9a6700; --bad: #c1260f; --good-back: #e8f2fb; --unsure-back: #fdf4dd; --bad-back: #fdecea;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 24px 20px 40px; max-width: 920px; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 16px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 36px 0 12px; }
p { margin: 0 0 10px; }
code { font: .92em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.verdict { padding: 14px 18px; border-left: 6px solid var(--soft); border-radius: 6px; background: var(--card); }
.verdict p { margin: 0; overflow-wrap: anywhere; }
.verdict .headline { font-size: 20px; font-weight: 600; }
.verdict.good { border-color: var(--good); background: var(--good-back); }
.verdict.unsure { border-color: var(--unsure); background: var(--unsure-back); }
.verdict.bad { border-color: var(--bad); background: var(--bad-back); }
.verdict .sign, .tone .sign { font-weight: 700; }
.verdict.good .sign, .tone.good { color: var(--good); }
.verdict.unsure .sign, .tone.unsure { color: var(--unsure); }
.verdict.bad .sign, .tone.bad { color: var(--bad); font-weight: 600; }
dl { margin: 0; }
dl > div { display: flex; gap: 4px 16px; padding: 5px 0; border-bottom: 1px solid var(--line); }
dt { flex: 0 0 200px; color: var(--soft); }
dl:has(+ *) { margin-bottom: 12px; }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
.scroll + p { margin-top: 12px; }
table { border-collapse: collapse; width: 100%; font-size: 15px; }
th, td { padding: 7px 14px 7px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
td:not(:last-child) code { display: inline-block; width: max-content; max-width: 37ch; }
body:has(.stacks) { max-width: 1120px; }
.stacks td:first-child code { max-width: 28ch; }
.stacks td:first-child code + code { display: block; max-width: 34ch; color: var(--soft); font-size: 13px; }
.stacks td:not(:first-child) code { display: inline; }
.stacks td:nth-child(n + 4) { min-width: 210px; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.number { min-width: 76px; }
.tone { white-space: nowrap; }
.bar { display: block; height: 7px; margin: 4px 0 0 auto; border-radius: 2px; border: 1px solid currentColor; color: var(--soft); }
.bar.good { color: var(--good); background: currentColor; }
.bar.unsure { color: var(--unsure); background: repeating-linear-gradient(135deg, currentColor 0 3px, transparent 3px 6px); }
.bar.bad { color: var(--bad); background: transparent; }
.more { color: var(--soft); margin-top: 10px; }
figure { margin: 0 0 14px; }
svg.timeline { display: block; width: 100%; min-width: 640px; font-size: 13px; }
svg text { fill: var(--text); font-family: inherit; }
svg .axis { fill: var(--soft); }
svg .grid { stroke: var(--line); fill: none; }
svg .base { stroke: var(--soft); fill: none; }
svg .total { stroke: var(--text); stroke-width: 1.25; fill: none; }
svg [class^="s"] { stroke: var(--back); stroke-width: 1; }
svg .phase0 { fill: var(--card); stroke: var(--line); }
svg .phase1 { fill: var(--line); stroke: var(--line); }
svg .mark path { fill: none; stroke-width: 1.5; stroke-dasharray: 4 3; }
svg .mark circle { fill: var(--back); stroke-width: 1.5; }
svg .mark text { font-size: 12px; font-weight: 600; }
svg .mark.bad path, svg .mark.bad circle { stroke: var(--bad); }
svg .mark.unsure path, svg .mark.unsure circle { stroke: var(--unsure); }
.s0 { fill: #4477aa; background: #4477aa; }
.s1 { fill: #ee6677; background: #ee6677; }
.s2 { fill: #228833; background: #228833; }
.s3 { fill: #ccbb44; background: #ccbb44; }
.s4 { fill: #66ccee; background: #66ccee; }
.s5 { fill: #aa3377; background: #aa3377; }
.s6 { fill: #bbbbbb; background: #bbbbbb; }
.legend { list-style: none; margin: 8px 0 10px; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 22px; font-size: 15px; }
.swatch { display: inline-block; width: 14px; height: 14px; margin-right: 7px; vertical-align: -2px; border: 1px solid var(--soft); border-radius: 3px; }
summary { color: var(--soft); cursor: pointer; margin-bottom: 6px; }
footer { margin-top: 40px; padding-top: 12px; border-top: 1px solid var(--line); color: var(--soft); font-size: 14px; }
@media (max-width: 560px) {
  body { padding: 16px 14px 32px; }
  h1 { font-size: 22px; }
  dl > div { flex-wrap: wrap; }
  dt { flex-basis: 100%; font-size: 14px; }
  table { font-size: 14px; }
  th, td { padding-right: 9px; }
  .tone { white-space: normal; min-width: 84px; }
  td:not(:last-child) code { width: auto; max-width: 20ch; overflow-wrap: break-word; }
  td:last-child { overflow-wrap: anywhere; min-width: 130px; }
  .stacks thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stacks tr { display: block; padding: 10px 0; border-bottom: 1px solid var(--line); }
  .stacks td { display: block; position: relative; padding: 2px 0 2px 104px; border: 0; overflow-wrap: anywhere; }
  .stacks td:empty { display: none; }
  .stacks td::before { content: attr(data-head); position: absolute; left: 0; color: var(--soft); font-size: 14px; }
}
@media print {
  @page { margin: 14mm; }
  body { padding: 0; max-width: none; font-size: 11pt; }
  h2 { break-after: avoid; margin-top: 22px; }
  h2 + p:has(+ figure) { break-after: avoid; }
  tr, figure, .verdict, dl > div { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  svg.timeline { min-width: 0; }
  table { font-size: 10pt; }
  details { display: none; }
}
`
