// What the page shows: tables and the last events held in memory, and the counts of the queues, which the broker is asked for.

import type { Client } from '@millrace/client';
import { Follower } from './follower.ts';
import type { Failure, Pdf, Resume, ResumeEvent, Settings } from './messages.ts';
import type { Part } from './part.ts';
import { DEAD_QUEUE, QUEUES, TOPICS } from './queues.ts';
import { viewOf } from './table-view.ts';

const EVENTS_MAX = 30;

type ToldEvent = ResumeEvent & { readonly id: string; readonly atMs: number };

export class Views {
  readonly parts: readonly Part[];
  readonly #admin: Client['admin'];
  readonly #resumes;
  readonly #pdfs;
  readonly #failures;
  readonly #settings;
  #events: readonly ToldEvent[] = [];

  constructor(client: Client) {
    this.#admin = client.admin;
    this.#resumes = viewOf<Resume>(client, TOPICS.resumes);
    this.#pdfs = viewOf<Pdf>(client, TOPICS.pdfs);
    this.#failures = viewOf<Failure>(client, TOPICS.failures);
    this.#settings = viewOf<Settings>(client, TOPICS.settings);
    const events = new Follower(client, TOPICS.events, ({ id, timestampMs: atMs, value }) => {
      const newer = [{ id, atMs, ...value }, ...this.#events].toSorted((a, b) => b.atMs - a.atMs);
      this.#events = newer.slice(0, EVENTS_MAX);
    });
    this.parts = [this.#resumes, this.#pdfs, this.#failures, this.#settings, events];
  }

  /** Before the first answer: an empty page would be a lie. */
  async caughtUp(): Promise<void> {
    const tables = [this.#resumes, this.#pdfs, this.#failures, this.#settings];
    await Promise.all(tables.map((table) => table.caughtUp()));
  }

  resume(user: string): Resume | undefined {
    return this.#resumes.rows.get(user);
  }

  /** Of the highest version: PDFs are made in any order. */
  pdf(user: string): Pdf | undefined {
    const all = [...this.#pdfs.rows.values()].filter((pdf) => pdf.user === user);
    return all.toSorted((a, b) => b.version - a.version)[0];
  }

  async state() {
    const [queues, failures] = await Promise.all([this.#queues(), this.#openFailures()]);
    const resumes = [...this.#resumes.rows.values()].map((resume) => ({
      ...resume,
      pdfVersion: this.pdf(resume.user)?.version ?? null,
    }));
    const template = this.#settings.rows.get('settings')?.template ?? 1;
    return { template, resumes, failures, events: this.#events, queues };
  }

  async #queues() {
    return Promise.all(
      Object.values(QUEUES).map(async ({ name }) => {
        const { totals } = await this.#admin.counters(name);
        const waiting = totals.fresh + totals.ready + totals.parked;
        const { leased, scheduled, acknowledged, dead } = totals;
        return { name, waiting, leased, scheduled, acknowledged, dead };
      }),
    );
  }

  // #region open-failures
  /** Those whose dead letter still lies in its queue: a redrive or a drop takes it out. */
  async #openFailures(): Promise<Failure[]> {
    const open: Failure[] = [];
    const listed = { group: DEAD_QUEUE.name, state: 'fresh', keys: true } as const;
    for await (const { id } of this.#admin.listMessages(listed)) {
      const failure = this.#failures.rows.get(id);
      if (failure !== undefined) open.push(failure);
    }
    return open;
  }
  // #endregion
}
