// Counts for listeners, once a second as long as there are any: all of them share one look at the queues.

import type { Dashboard, QueueCounts } from '../dashboard/counts.ts';
import type { CountsBoard } from '../dashboard/counts-board.ts';
import { failureEvent, type LiveEvent } from './live-event.ts';

/** Stands for every queue; no name can be it. */
export const ALL_QUEUES = '*';

/** The counts of one moment, as text that is made once for all listeners. */
class CountsText {
  private readonly dashboard: Dashboard;
  private readonly byQueue: Map<string, QueueCounts>;
  private readonly texts = new Map<string, string>();
  private all: string | undefined;

  constructor(dashboard: Dashboard) {
    this.dashboard = dashboard;
    this.byQueue = new Map(dashboard.queues.map((counts) => [counts.queue, counts]));
  }

  /** Queues that are not there are left out: they may come. */
  of(queues: ReadonlySet<string>): LiveEvent {
    const { atMs, totals } = this.dashboard;
    const head = `"atMs":${atMs},"totals":${JSON.stringify(totals)}`;
    return { name: 'counts', data: `{${head},"queues":[${this.queuesText(queues)}]}` };
  }

  private queuesText(queues: ReadonlySet<string>): string {
    if (!queues.has(ALL_QUEUES)) {
      const known = [...queues].filter((queue) => this.byQueue.has(queue));
      return known.map((queue) => this.textOf(queue)).join(',');
    }
    this.all ??= [...this.byQueue.keys()].map((queue) => this.textOf(queue)).join(',');
    return this.all;
  }

  private textOf(queue: string): string {
    let text = this.texts.get(queue);
    if (text === undefined) {
      text = JSON.stringify(this.byQueue.get(queue));
      this.texts.set(queue, text);
    }
    return text;
  }
}

export type Listener = (counts: (queues: ReadonlySet<string>) => LiveEvent) => void;

export class CountsFeed {
  private readonly board: CountsBoard;
  private readonly periodMs: number;
  private readonly listeners = new Set<Listener>();
  private timer: NodeJS.Timeout | undefined;
  private last: { readonly dashboard: Dashboard; readonly text: CountsText } | undefined;
  private isCounting = false;

  constructor(board: CountsBoard, periodMs: number) {
    this.board = board;
    this.periodMs = periodMs;
  }

  /** Told at once and then again and again, until the function returned is called. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    this.timer ??= setInterval(() => void this.tick(), this.periodMs);
    void this.tell([listener]);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  }

  private async tick(): Promise<void> {
    if (this.isCounting) return;
    this.isCounting = true;
    try {
      await this.tell([...this.listeners]);
    } finally {
      this.isCounting = false;
    }
  }

  private async tell(listeners: readonly Listener[]): Promise<void> {
    let event: (queues: ReadonlySet<string>) => LiveEvent;
    try {
      const text = this.textOf(await this.board.latest());
      event = (queues) => text.of(queues);
    } catch (error) {
      const failure = failureEvent(error, 'live');
      event = () => failure;
    }
    for (const listener of listeners) if (this.listeners.has(listener)) listener(event);
  }

  private textOf(dashboard: Dashboard): CountsText {
    if (this.last?.dashboard !== dashboard) {
      this.last = { dashboard, text: new CountsText(dashboard) };
    }
    return this.last.text;
  }
}
