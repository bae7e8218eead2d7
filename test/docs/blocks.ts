// The register of the documents' blocks of code: which test runs or checks each of them. A block that nobody claims is a failed
// test, and so is a claim without a block. The tests named here do the work; this table only knows of them.

import type { Block } from './support/markdown.ts';

export interface Claim {
  /** Pages: one by its path, or all of a folder by its path with a slash. */
  readonly of: string;
  /** What stands behind the fence. */
  readonly kinds?: readonly string[];
  /** What the comment above says, up to here: `code: examples/src/`. Blocks with a comment of these two words are claimed by it alone. */
  readonly comment?: string;
  /** The file of the test. It names the page, or its folder, or finds pages by the comment. */
  readonly by: string;
  readonly how: string;
}

/** What no test runs, each for a reason, and how many there are of it. Shrinks, and does not grow. */
export interface Exception {
  readonly of: string;
  readonly kind: string;
  readonly blocks: number;
  readonly because: string;
}

const GUIDE = {
  kinds: ['js', 'text'],
  by: 'client/test/guide.test.ts',
  how: 'run, and what is printed compared',
};
const COMMANDS = {
  kinds: ['bash'],
  by: 'test/docs/commands.test.ts',
  how: 'commands, options and files exist',
};
const GENERATED = {
  by: 'scripts/generate-docs.mjs',
  how: 'made from tables: npm run check compares',
};

export const CLAIMS: readonly Claim[] = [
  { of: 'docs/guide/client.md', ...GUIDE },
  { of: 'docs/guide/queue.md', ...GUIDE },
  { of: 'docs/guide/schedules.md', ...GUIDE },
  { of: 'docs/guide/tables.md', ...GUIDE },
  { of: 'docs/guide/tracing.md', ...GUIDE },
  { of: 'docs/guide/transactions.md', ...GUIDE },
  {
    of: 'docs/guide/http.md',
    kinds: ['sh', 'json', 'text'],
    by: 'gateway/test/rest/guide.test.ts',
    how: 'run in order, and what is printed compared',
  },
  {
    of: 'docs/guide/sqs.md',
    kinds: ['js', 'python', 'sh', 'text'],
    by: 'test/sqs/guide.test.ts',
    how: 'run in order, each in its language, and what is printed compared',
  },
  {
    of: 'docs/guide/security.md',
    kinds: ['js', 'sh', 'text'],
    by: 'test/examples/security-guide.test.ts',
    how: 'run in order in one shell, and what is printed compared',
  },
  {
    of: 'docs/guide/monitoring.md',
    kinds: ['promql'],
    by: 'test/sight/prometheus.test.ts',
    how: 'asked of a Prometheus that scrapes a broker at work: each has data',
  },
  {
    of: 'README.md',
    kinds: ['sh'],
    by: 'test/examples/tour.test.ts',
    how: 'run in order in one shell, and what is printed looked at',
  },
  {
    of: 'docs/guide/first-message.md',
    kinds: ['sh', 'js', 'text'],
    by: 'test/examples/first-message.test.ts',
    how: 'run in order against a server, and what is printed compared',
  },
  {
    of: 'docs/guide/production.md',
    kinds: ['sh'],
    by: 'test/examples/operations.test.ts',
    how: 'run against a server with data',
  },
  {
    of: 'docs/operations.md',
    kinds: ['sh', 'json', 'yaml'],
    by: 'test/examples/operations.test.ts',
    how: 'run against a server with data; the ready line and the job of Prometheus are compared',
  },
  {
    of: 'docs/guide/schedules.md',
    kinds: ['sh'],
    by: 'test/examples/operations.test.ts',
    how: 'run against a server with data',
  },
  {
    of: 'client/README.md',
    kinds: ['js'],
    by: 'test/examples/operations.test.ts',
    how: 'run against a server',
  },
  {
    of: 'protocol/README.md',
    kinds: ['js'],
    by: 'test/examples/operations.test.ts',
    how: 'run over a socket to a server',
  },
  {
    of: 'docs/protocol.md',
    kinds: ['hex'],
    by: 'protocol/test/golden/specification.test.ts',
    how: 'compared with what the code encodes',
  },
  {
    of: 'docs/reference/cli.md',
    kinds: ['sh'],
    by: 'test/docs/commands.test.ts',
    how: 'each line is parsed by the command line',
  },
  { of: 'docs/reference/cli.md', kinds: ['text'], ...GENERATED },
  { of: 'docs/reference/logs.md', kinds: ['json'], ...GENERATED },
  {
    of: 'docs/reference/bench.md',
    kinds: ['text'],
    by: 'bench/test/reference.test.ts',
    how: 'made from tables, and compared',
  },
  { of: 'README.md', ...COMMANDS },
  { of: 'CONTRIBUTING.md', ...COMMANDS },
  { of: 'docs/', ...COMMANDS },
  { of: 'test/interop/python/README.md', ...COMMANDS },
  {
    of: 'docs/',
    comment: 'code: examples/src/patterns/',
    by: 'examples/test/patterns.test.ts',
    how: 'cut out of a program that is run; npm run check compares',
  },
  {
    of: 'docs/examples/',
    comment: 'code: examples/src/resume-builder/',
    by: 'examples/test/resume-builder.test.ts',
    how: 'cut out of a program that is run; npm run check compares',
  },
  {
    of: 'docs/patterns/',
    comment: 'output: ',
    by: 'examples/test/patterns.test.ts',
    how: 'compared with what the program prints',
  },
  {
    of: 'docs/patterns/',
    comment: 'code: examples/before/src/',
    by: 'examples/test/migrations.test.ts',
    how: 'cut out of a program that is run where the other system is there; npm run check compares',
  },
  {
    of: 'docs/patterns/',
    comment: 'rehearsal',
    by: 'examples/test/migrations.test.ts',
    how: 'compared with what the program prints',
  },
];

export const EXCEPTIONS: readonly Exception[] = [
  { of: 'docs/architecture.md', kind: 'text', blocks: 3, because: 'pictures made of words' },
  {
    of: 'docs/protocol.md',
    kind: 'text',
    blocks: 10,
    because: 'layouts and formulas: the tests of the protocol are about them',
  },
  { of: 'docs/guide/sqs.md', kind: 'hcl', blocks: 1, because: 'there is no Terraform here' },
];

export function claimsOf(block: Block): readonly Claim[] {
  return CLAIMS.filter((claim) => claims(claim, block));
}

function claims({ of, kinds, comment }: Claim, block: Block): boolean {
  const isOfPage = of.endsWith('/') ? block.page.startsWith(of) : block.page === of;
  if (!isOfPage) return false;
  const isMarked = block.comment !== undefined && /^(?:code|output): /.test(block.comment);
  if (comment !== undefined) return block.comment?.startsWith(comment) === true;
  return !isMarked && kinds?.includes(block.kind) === true;
}
