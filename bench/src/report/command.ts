// report: everything measured in one run, as a file of results and a page. With --from only the page is made.

import { writeFileSync } from 'node:fs';
import { abortOnSignals } from '../commands/abort-on-signals.ts';
import { command, withoutFallback } from '../commands/command.ts';
import { EXIT } from '../exit.ts';
import { OPTIONS } from '../options/table.ts';
import { UsageError } from '../options/usage-error.ts';
import { mergeResults, readResults } from '../results/read-results.ts';
import type { Results } from '../results/results.ts';
import { writeDocument } from './document/document.ts';
import { measureAll, PARTS } from './measure-all.ts';
import { Progress } from './progress.ts';

export const report = command({
  name: 'report',
  about:
    'Workloads, scale curves and peers, all in one run: a file of results, and one HTML page with plots that needs no network.',
  options: {
    out: { kind: 'text', noun: 'file', fallback: 'report.html', about: 'The page.' },
    results: {
      kind: 'text',
      noun: 'file',
      fallback: 'results.json',
      about: 'The file of results.',
    },
    from: {
      kind: 'text',
      noun: 'file',
      isMany: true,
      about: 'Measures nothing: makes the page from these results; of several the later wins.',
    },
    again: {
      kind: 'text',
      noun: 'file',
      about: 'With --document: results of a second run, to say how far the two agree.',
    },
    document: {
      kind: 'switch',
      about: 'With --from: writes the figures into docs/performance.md, too.',
    },
    only: { kind: 'some', values: PARTS, about: 'These parts.' },
    duration: withoutFallback(OPTIONS.duration),
    warmup: withoutFallback(OPTIONS.warmup),
    runs: withoutFallback(OPTIONS.runs),
  },
  endsItself: true,
  async run({ values }) {
    const { from, only: parts, out, results: file, duration, warmup, runs } = values;
    const { document, again } = values;
    const [first, ...rest] = from.map(readResults);
    if (first === undefined && (document || again !== undefined)) {
      throw new UsageError('--document and --again go with --from');
    }
    if (first !== undefined) {
      const results = mergeResults([first, ...rest]);
      if (document) writeDocument(results, again === undefined ? null : readResults(again));
      return write(results, out);
    }
    const ending = abortOnSignals();
    const progress = new Progress(process.stderr.isTTY);
    const keep = (results: Results) => writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
    const say = (text: string) => {
      if (process.stderr.isTTY) process.stderr.write(`${text}\n`);
    };
    try {
      const lengths = { duration, warmup, runs };
      const { signal } = ending;
      return await write(await measureAll({ parts, lengths, progress, say, keep, signal }), out);
    } catch (error) {
      if (ending.code === undefined) throw error;
      return ending.code;
    }
  },
});

/** Returns the exit code: a page that misses a part is one, but not a whole one. */
async function write(results: Results, out: string): Promise<number> {
  // Here and not above: the plots bring a large library, which no workload should find in its process.
  const { renderPage } = await import('./page/page.ts');
  writeFileSync(out, renderPage(results));
  const failures = results.failures ?? [];
  for (const { part, reason } of failures)
    process.stderr.write(`bench: ${part} failed: ${reason}\n`);
  process.stdout.write(`${out}\n`);
  return failures.length === 0 ? EXIT.passed : EXIT.failed;
}
