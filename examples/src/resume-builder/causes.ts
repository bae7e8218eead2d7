// Says of a dead letter why it died and what can be done: a table from what the broker wrote on it to advice. It changes nothing.

import type { Cause, Failure } from './messages.ts';
import { QUEUES } from './queues.ts';

/** What the broker tells of a death, in headers of the dead letter. */
export interface Letter {
  readonly id: string;
  readonly key: string | null;
  header(name: string): string | undefined;
}

interface CauseRow {
  readonly cause: Cause;
  readonly queues: readonly string[];
  readonly reason?: 'rejected' | 'exhausted';
  readonly advice: string;
  readonly canRedrive: boolean;
}

// #region causes
/** The first row that fits. */
const CAUSES: readonly CauseRow[] = [
  {
    cause: 'bad-edit',
    queues: [QUEUES.edits.name],
    reason: 'rejected',
    advice: 'The edit does not fit the document and never will: drop it.',
    canRedrive: false,
  },
  {
    cause: 'template',
    queues: [QUEUES.pdfs.name],
    reason: 'exhausted',
    advice: 'The template cannot print this résumé: mend the template, then redrive.',
    canRedrive: true,
  },
  {
    cause: 'service',
    queues: [QUEUES.mail.name, QUEUES.chat.name],
    reason: 'exhausted',
    advice: 'The service did not take it: see that it is up again, then redrive.',
    canRedrive: true,
  },
];
// #endregion

const UNKNOWN: Omit<CauseRow, 'queues'> = {
  cause: 'unknown',
  advice: 'Nobody foresaw this: look at the message and the error.',
  canRedrive: true,
};

export function failureOf(letter: Letter): Failure {
  const queue = letter.header('millrace-dlq-group') ?? 'unknown';
  const reason = letter.header('millrace-dlq-reason');
  const found = CAUSES.find((row) => row.queues.includes(queue) && row.reason === reason);
  const { cause, advice, canRedrive } = found ?? UNKNOWN;
  return {
    id: letter.id,
    queue,
    user: letter.key ?? 'unknown',
    cause,
    error: letter.header('millrace-dlq-error') ?? reason ?? '',
    deliveries: Number(letter.header('millrace-dlq-deliveries') ?? 0),
    advice,
    canRedrive,
  };
}
