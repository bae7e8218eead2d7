// The figures of a report as Markdown, for the page about performance.
import { describe, expect, it } from 'vitest';
import { main } from '../src/main.ts';
import { documentText } from '../src/report/document/document.ts';
import type { Results } from '../src/results/results.ts';
import { resultsFixture } from './results-fixture.ts';

const results = resultsFixture();
const text = documentText(results, results);

describe('documentText', () => {
  it('names the machine, and what failed', () => {
    expect(text).toMatch(/^Begun 2026-01-31 12:00 UTC on 2 cores of A processor, 8\.0 GiB, Linux/);
    expect(text).toContain('commit c0ffee; load average before 0.25.');
    expect(text).toContain('**Failed:** `delayed --backlog 5`: the broker said "no" <b>');
  });

  it('has a row for each target, workload and peer', () => {
    expect(text).toMatch(
      /^\| consume 100 B, one process \| at least 3,000,000\/s \| .* \| met \|$/m,
    );
    expect(text).toMatch(
      /^\| produce 100 B, one process \| .* \| 1,090,000\/s \| \*\*missed\*\* \|$/m,
    );
    expect(text).toMatch(
      /^\| `produce, record-bytes 1,024` \| 170,000 \(160,000 to 175,000\) \| 1\.1 \/ 4 \| .* \|$/m,
    );
    expect(text).toMatch(/^\| Redis Streams, flushed \| 165,000 \| - \| 0\.24 \/ 0\.46 \|/m);
    expect(text).toContain(
      '- NATS JetStream, default, queue-one: failed: a message came <b>twice</b>',
    );
    expect(text).toContain(
      '- Not measured: ElasticMQ (SQS) <script>alert(1)</script>: no Java here',
    );
  });

  it('has a column for each point of a curve, empty where there is none', () => {
    expect(text).toMatch(/^\| partitions of the topic \| 1 \| 4 \| 16 \| 64 \| 256 \| 1,000 \|$/m);
    expect(text).toMatch(/^- queue: 560k\/s at 0, 470k\/s at 50,000,000/m);
  });

  it('says how far a second run agrees', () => {
    expect(text).toMatch(/Of (\d+) figures \1 lie within 15 % of each other/);
    expect(text).not.toContain('Further apart');
    const [produce, ...others] = results.workloads;
    const recordsPerSecond = { median: 2_180_000, min: 2_000_000, max: 2_200_000 };
    const changed = produce ? [{ ...produce, recordsPerSecond }, ...others] : others;
    const other: Results = { ...results, workloads: changed };
    expect(documentText(results, other)).toMatch(
      /^\| produce: records\/s \| 1,090,000 \| 2,180,000 \| 100 % \|$/m,
    );
    expect(documentText(results, null)).not.toContain('Do two runs agree?');
  });
});

it('is written of results that are there', async () => {
  expect(await main(['report', '--document'])).toBe(2);
});
