// The style of the page: light and dark by what the reader's system says, light on paper, one column on a phone.

const LIGHT = `
  --paper: #ffffff; --ink: #1c2733; --muted: #55626f; --line: #d9dee4; --soft: #f3f6f9;
  --ours: #0062b8; --ours-pale: #cfe3f5; --peer: #7d8790; --peer-pale: #e9ecef;
  --good: #00694e; --bad: #a3370a;
  --line-1: #c2510a; --line-2: #00785a; --line-3: #a5478c; --line-4: #8a6d00; --line-5: #2d7fb0; --line-6: #5a5f66;`;

const DARK = `
  --paper: #14191f; --ink: #e6ebf0; --muted: #a3aeb9; --line: #343d47; --soft: #1d242c;
  --ours: #58aef5; --ours-pale: #1d3d5c; --peer: #96a1ac; --peer-pale: #2b333c;
  --good: #4fd0a5; --bad: #ff9a66;
  --line-1: #f08c4a; --line-2: #34c398; --line-3: #dd8fc6; --line-4: #d9bf4e; --line-5: #83c3ea; --line-6: #b9c0c7;`;

export const STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root { ${DARK} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main, header, footer { max-width: 980px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 28px; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 6px; }
h2 { font-size: 1.35rem; margin: 52px 0 8px; padding-top: 10px; border-top: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 32px 0 4px; }
p { margin: 6px 0 10px; max-width: 46em; }
a { color: var(--ours); }
.facts { color: var(--muted); font-size: .93rem; }
.facts span { white-space: nowrap; }
.facts b { color: var(--ink); font-weight: 600; }
nav { margin: 14px 0; font-size: .95rem; }
nav a { margin-right: 14px; display: inline-block; }
.reading { font-weight: 500; }
.chart { margin: 10px 0 4px; }
svg { width: 100%; height: auto; display: block; }
svg.narrow { display: none; }
.scroll { overflow-x: auto; margin: 8px 0 16px; }
table { border-collapse: collapse; font-size: .86rem; line-height: 1.35; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding: 4px 0; }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: 400; }
thead th { color: var(--muted); border-bottom-color: var(--muted); vertical-align: bottom; }
.n { text-align: right; white-space: nowrap; }
thead .n { white-space: normal; }
tbody th { min-width: 7.5em; }
tr.ours th, tr.ours td { background: var(--soft); font-weight: 600; }
tr.ours th:first-child { box-shadow: inset 3px 0 var(--ours); padding-left: 8px; }
.met { color: var(--good); font-weight: 600; white-space: nowrap; }
.missed { color: var(--bad); font-weight: 600; white-space: nowrap; }
.none { color: var(--muted); white-space: nowrap; }
.failures { border-left: 4px solid var(--bad); background: var(--soft); padding: 8px 16px; margin: 16px 0; }
code { font-family: ui-monospace, monospace; font-size: .92em; }
footer { color: var(--muted); font-size: .88rem; padding-top: 30px; padding-bottom: 40px; }
@media (max-width: 640px) {
  main, header, footer { padding-left: 16px; padding-right: 16px; }
  h1 { font-size: 1.5rem; }
  svg.wide { display: none; }
  svg.narrow { display: block; }
  table { font-size: .8rem; min-width: 470px; }
  th, td { padding-right: 10px; }
}
@media print {
  body { font-size: 11pt; }
  main, header, footer { max-width: none; }
  nav { display: none; }
  h2 { break-after: avoid; }
  h3, .reading { break-after: avoid; }
  .chart, tr { break-inside: avoid; }
  svg.wide { display: block; }
  svg.narrow { display: none; }
  .scroll { overflow: visible; }
}
`;
