// The audit log: who logged in or failed to, what was refused, what was administered. One line an event, floods summed up.
// It holds names and outcomes, never values, passwords, tokens or secrets, and it decides nothing.

import type { ApiName } from '@millrace/protocol';

/** Who did it. */
export interface AuditSubject {
  /** Who logged in; empty: nobody was asked. */
  readonly user: string;
  /** Of a gateway: for whom. */
  readonly onBehalfOf: string | undefined;
  /** Of whom the gateway acts for, where it tells. */
  readonly remoteAddress: string;
  /** Of the gateway itself, where it tells of another address. */
  readonly gatewayAddress?: string | undefined;
  readonly connectionId: number;
}

/** What was done, or would have been. */
export interface AuditDeed {
  readonly api: ApiName;
  /** A topic, a group, the cluster, a user, a token and so on. */
  readonly resource: string;
  readonly name: string;
}

export interface AuditSink {
  /** One line; the fields say all. */
  write(fields: Fields): void;
}

/** What repeats makes one line at once and one more in so long. */
const SUM_MS = 10_000;
/** Sums at a time; beyond it all further ones of an event make one. */
const SUMS_MAX = 1_000;
/** Names that a sum tells; the others are only counted. */
const NAMES_MAX = 16;

interface Sum {
  readonly fields: Fields;
  /** Since its line. */
  count: number;
  readonly names: Set<string>;
  readonly timer: NodeJS.Timeout;
}

type Fields = Readonly<Record<string, unknown>>;

export class AuditLog {
  readonly #sink: AuditSink;
  readonly #sums = new Map<string, Sum>();

  constructor(sink: AuditSink) {
    this.#sink = sink;
  }

  login(subject: AuditSubject, mechanism: string): void {
    const event = 'login';
    this.#sink.write({ audit: true, event, ...subject, api: 'Hello', mechanism, outcome: 'ok' });
  }

  /** `user` is what was claimed. */
  loginFailed(
    subject: AuditSubject,
    mechanism: string,
    outcome: string,
    api: 'Hello' | 'CheckCredential' | 'GetAccessKey' = 'Hello',
  ): void {
    const fields = { ...subject, api, mechanism, outcome };
    this.#sum(['login_failed', subject.remoteAddress, mechanism, outcome], fields, subject.user);
  }

  denied(subject: AuditSubject, deed: AuditDeed, operation: string): void {
    const fields = { ...subject, ...deed, operation, outcome: 'NOT_AUTHORIZED' };
    this.#sum(['denied', ...whoOf(subject), operation, deed.resource], fields, deed.name);
  }

  /** More fields must hold names and numbers alone. */
  change(subject: AuditSubject, deed: AuditDeed, outcome: string, more: Fields = {}): void {
    this.#sink.write({ audit: true, event: 'change', ...subject, ...deed, outcome, ...more });
  }

  /** The same for what comes in floods, too. */
  frequentChange(subject: AuditSubject, deed: AuditDeed, outcome: string): void {
    const parts = ['change', ...whoOf(subject), deed.api, outcome] as const;
    this.#sum(parts, { ...subject, ...deed, outcome }, deed.name);
  }

  /** Says what is summed up and not said. */
  close(): void {
    for (const [key, sum] of this.#sums) this.#end(key, sum);
  }

  /** The first at once; those that follow it together, at the end of the time. */
  #sum(parts: readonly [event: string, ...more: string[]], said: Fields, name: string): void {
    const [event] = parts;
    let key = JSON.stringify(parts);
    if (!this.#sums.has(key) && this.#sums.size >= SUMS_MAX) key = event;
    const sum = this.#sums.get(key);
    if (sum !== undefined) {
      sum.count += 1;
      if (sum.names.size < NAMES_MAX) sum.names.add(name);
      return;
    }
    const fields = { audit: true, event, ...said };
    this.#sink.write(fields);
    const timer = setTimeout(() => {
      const ended = this.#sums.get(key);
      if (ended !== undefined) this.#end(key, ended);
    }, SUM_MS).unref();
    this.#sums.set(key, { fields, count: 0, names: new Set(), timer });
  }

  #end(key: string, { fields, count, names, timer }: Sum): void {
    clearTimeout(timer);
    this.#sums.delete(key);
    if (count > 0) this.#sink.write({ ...fields, count, names: [...names] });
  }
}

/** What others do, or the same user from elsewhere, is no part of a sum. */
function whoOf({ user, onBehalfOf = '', remoteAddress }: AuditSubject): readonly string[] {
  return [user, onBehalfOf, remoteAddress];
}
