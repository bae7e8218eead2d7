// The whole report as one HTML page that needs nothing else: no network, no script.

import type { Results } from '../../results/results.ts';
import { aboutSection } from './about-section.ts';
import { cpuSection, memorySection } from './cost-section.ts';
import { Html, html } from './html.ts';
import { latencySection } from './latency-section.ts';
import { scalingSection } from './scaling-section.ts';
import type { Section } from './section.ts';
import { STYLE } from './style.ts';
import { targetsSection } from './targets-section.ts';
import { throughputSection } from './throughput-section.ts';
import { workloadsSection } from './workloads-section.ts';

/** Of the cores: a load above this share is somebody else's. */
const BUSY = 0.5;

/** Nothing may be loaded, and no script may run. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

export function renderPage(results: Results): string {
  const sections = sectionsOf(results);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>Millrace: speed</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
${headerHtml(results, sections)}
<main>
${sections.map(sectionHtml)}
</main>
<footer>Made by <code>npm run bench -- report</code>. Whiskers and ranges are those of single runs, not of an error model.</footer>
</body>
</html>
`;
  return page.text;
}

function sectionsOf(results: Results): readonly Section[] {
  const { peers, curves, workloads } = results;
  const all = [
    targetsSection(results),
    peers && throughputSection(peers),
    latencySection(results),
    peers && cpuSection(peers),
    peers && memorySection(peers),
    curves.length > 0 ? scalingSection(curves) : null,
    workloads.length > 0 ? workloadsSection(workloads) : null,
    aboutSection(results),
  ];
  return all.filter((section) => section !== null);
}

function headerHtml({ environment, failures = [] }: Results, sections: readonly Section[]): Html {
  const { cpu, cores, memoryBytes, kernel, node, versions } = environment;
  const { commit, startedAt, loadAverage } = environment;
  const gibibytes = Math.round(memoryBytes / 2 ** 30);
  const named = failures.map(({ part, reason }) => html`<li><code>${part}</code>: ${reason}</li>`);
  return html`<header>
<h1>Millrace: speed</h1>
<p class="facts"><b>Millrace ${versions['millrace'] ?? ''}</b>, commit <span>${commit?.slice(0, 12) ?? 'not known'}</span>, ${startedAt.slice(0, 16).replace('T', ' ')} UTC.
${cpu}, ${cores} cores, ${gibibytes} GiB; ${kernel}; Node.js ${node}.</p>
<nav aria-label="Sections">${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a>`)}</nav>
${loadAverage > cores * BUSY ? html`<div class="failures"><p>The machine was busy with other work when this began (load average ${loadAverage.toFixed(1)} on ${cores} cores): rates are lower and latencies higher than it can do.</p></div>` : null}
${failures.length > 0 ? html`<div class="failures" role="alert"><p><b>Parts of this run failed; their figures are missing:</b></p><ul>${named}</ul></div>` : null}
</header>`;
}

function sectionHtml({ id, title, body }: Section): Html {
  return html`<h2 id="${id}">${title}</h2>${body}`;
}
