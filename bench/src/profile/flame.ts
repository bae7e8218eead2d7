// A profile as a flame graph: a page of its own that can be zoomed and searched, with nothing to load.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Html, html } from '../report/page/html.ts';
import {
  type CpuProfile,
  NOT_WORK,
  nameOf,
  ownerOf,
  type ProfileNode,
  placeOfUrl,
  selfTimesOf,
} from './cpu-profile.ts';

/** As d3-flame-graph takes it; the value is of the node itself, in microseconds. */
interface Flame {
  readonly name: string;
  readonly place: string;
  readonly owner: string;
  value: number;
  readonly children: Flame[];
}

/** The calls of a profile as far as it worked; calls of one function from one place are one. */
export function flameOf(profile: CpuProfile): Flame {
  const times = selfTimesOf(profile);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const [first] = profile.nodes;
  const root: Flame = { name: 'all', place: '', owner: '', value: 0, children: [] };
  const open =
    first === undefined ? [] : childrenOf(first, nodes).map((node) => ({ node, parent: root }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, parent } = next;
    const flame = flameIn(parent, node);
    if (flame === null) continue;
    flame.value += times.get(node.id) ?? 0;
    for (const child of childrenOf(node, nodes)) open.push({ node: child, parent: flame });
  }
  return root;
}

function childrenOf(
  { children = [] }: ProfileNode,
  nodes: ReadonlyMap<number, ProfileNode>,
): readonly ProfileNode[] {
  return children.map((id) => nodes.get(id)).filter((node) => node !== undefined);
}

function flameIn(parent: Flame, { callFrame }: ProfileNode): Flame | null {
  const owner = ownerOf(callFrame);
  if (NOT_WORK.includes(owner)) return null;
  const { url, lineNumber } = callFrame;
  const name = nameOf(callFrame);
  const place = url === '' ? '' : `${placeOfUrl(url)}:${lineNumber + 1}`;
  const known = parent.children.find((flame) => flame.name === name && flame.place === place);
  if (known !== undefined) return known;
  const flame: Flame = { name, place, owner, value: 0, children: [] };
  parent.children.push(flame);
  return flame;
}

/** Ours each with a colour, all libraries with one. */
const COLORS: Readonly<Record<string, string>> = {
  protocol: '#f2b134',
  core: '#e8743b',
  storage: '#5fb49c',
  broker: '#6c9bd2',
  client: '#b48ac4',
  bench: '#c9b79c',
  node: '#b8c0c8',
  native: '#98a2ab',
  gc: '#e06c6c',
};
const LIBRARY_COLOR = '#8fc1cf';

const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 16px 20px; font: 15px/1.5 system-ui, sans-serif; background: #fff; color: #1c2733; }
h1 { font-size: 1.3rem; margin: 0; }
p { margin: 4px 0 10px; }
form { margin: 8px 0; } input, button { font: inherit; padding: 3px 8px; }
.key { display: inline-block; margin-right: 14px; } .key i { display: inline-block; width: 12px; height: 12px; margin-right: 5px; border-radius: 2px; }
#details { min-height: 1.6em; overflow-wrap: anywhere; }
.d3-flame-graph .frame rect { stroke: #fff; fill-opacity: 1; }
.d3-flame-graph .d3-flame-graph-label { font-family: system-ui, sans-serif; color: #10161c; }
@media (prefers-color-scheme: dark) {
  body { background: #14191f; color: #e6ebf0; } .d3-flame-graph .frame rect { stroke: #14191f; }
}
`;

/** In the page, where `graph`, `colors`, `other` are its data. */
const SCRIPT = `
const at = document.getElementById('graph'), details = document.getElementById('details');
const ms = (us) => (us / 1000).toFixed(1) + ' ms';
const say = (d) => [d.data.name, d.data.place, ms(d.value), (100 * d.value / total).toFixed(1) + ' %'].filter(Boolean).join('  ·  ');
const sum = (node) => node.children.reduce((all, child) => all + sum(child), node.value);
const total = sum(graph);
let chart, width = 0;
const draw = () => {
  if (at.clientWidth === width) return;
  width = at.clientWidth;
  at.replaceChildren();
  chart = flamegraph.default().selfValue(true).width(width).cellHeight(19).transitionDuration(0).minFrameSize(1)
    .sort((a, b) => b.value - a.value).setLabelHandler(say).setDetailsElement(details)
    .setColorMapper((d, original) => d.highlight ? original : d.data.owner === '' ? '#d6dde4' : colors[d.data.owner] ?? other);
  d3.select(at).datum(graph).call(chart);
};
addEventListener('resize', draw);
draw();
const form = document.querySelector('form');
form.addEventListener('submit', (event) => { event.preventDefault(); chart.search(form.elements.what.value); });
form.addEventListener('reset', () => { chart.clear(); chart.resetZoom(); });
`;

export function flamePage(title: string, about: string, profile: CpuProfile): string {
  const data = `const graph = ${inScript(flameOf(profile))}, colors = ${inScript(COLORS)}, other = '${LIBRARY_COLOR}';`;
  const require = createRequire(import.meta.url);
  const scripts = [
    textBeside(require.resolve('d3'), 'd3.min.js'),
    textBeside(require.resolve('d3-flame-graph'), 'd3-flamegraph.umd.min.js'),
  ];
  const keys = [...Object.entries(COLORS), ['libraries', LIBRARY_COLOR] as const].map(
    ([name, color]) => html`<span class="key"><i style="background:${color}"></i>${name}</span>`,
  );
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<h1>${title}</h1>
<p>${about}</p>
<p>${keys}</p>
<form><input name="what" aria-label="Function to search for" placeholder="function"> <button>Search</button> <button type="reset">Reset</button></form>
<div id="details" role="status"></div>
<div id="graph"></div>
${[...scripts, data, SCRIPT].map((text) => html`<script>${new Html(text)}</script>`)}
</body>
</html>
`.text;
}

/** JSON that cannot end the script it stands in. */
function inScript(value: object): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** The text of a file beside the one that Node would load. */
function textBeside(main: string, file: string): string {
  return readFileSync(join(dirname(main), file), 'utf8').replaceAll('</script', '<\\/script');
}
