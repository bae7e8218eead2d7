// What was wanted and what was found, row by row.

import type { Results } from '../../results/results.ts';
import { type Target, targetsOf } from '../reading/targets.ts';
import { type Html, html } from './html.ts';
import type { Section } from './section.ts';
import { tableHtml } from './table-html.ts';

export function targetsSection(results: Results): Section {
  const targets = targetsOf(results);
  const met = targets.filter(({ isMet }) => isMet === true).length;
  const known = targets.filter(({ isMet }) => isMet !== null).length;
  const table = tableHtml({
    caption: 'Medians; durable unless a row says otherwise; clients on the same machine.',
    head: ['work', 'wanted', 'found', ''],
    wordsAt: [1, 2, 3],
    rows: targets.map((target) => ({
      cells: [target.work, target.wanted, target.found ?? '', mark(target)],
    })),
  });
  return {
    id: 'targets',
    title: 'Targets',
    body: html`<p class="reading">${met} of the ${known} targets that were measured are met.</p>${table}`,
  };
}

function mark({ isMet }: Target): Html {
  if (isMet === null) return html`<span class="none">not measured</span>`;
  return isMet ? html`<span class="met">✓ met</span>` : html`<span class="missed">✗ missed</span>`;
}
