// Who an idempotent producer is at the broker: its id and epoch, asked for before the first batch and anew where batches
// got lost. It sends nothing else.

import type { MillraceError } from '@millrace/protocol';
import type { Link } from '../net/link.ts';

export interface ProducerId {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export class Identity {
  /** Undefined until it was asked for. A new epoch is another object. */
  current: ProducerId | undefined;
  /** Another instance has taken the name: nothing can be sent any more. */
  fenced: MillraceError | undefined;
  private readonly link: Link;
  private readonly name: string | null;

  constructor(link: Link, name: string | undefined) {
    this.link = link;
    this.name = name ?? null;
  }

  /**
   * The next epoch, in which every partition begins anew; where the broker has forgotten the producer it is a new one, or
   * the next instance of its name. Throws PRODUCER_FENCED, and what `Link.request` throws.
   */
  async renew(timeoutMs: number): Promise<void> {
    try {
      this.current = await this.ask(this.current, timeoutMs);
    } catch (error) {
      const { code } = error as MillraceError;
      if (code === 'PRODUCER_FENCED') this.fenced = error as MillraceError;
      if (code !== 'UNKNOWN_PRODUCER' || this.current === undefined) throw error;
      this.current = undefined;
      this.current = await this.ask(undefined, timeoutMs);
    }
  }

  private ask(id: ProducerId | undefined, timeoutMs: number): Promise<ProducerId> {
    const request = id === undefined ? { name: this.name } : { ...id };
    return this.link.request('InitProducer', request, { timeoutMs });
  }
}
