// What a worker asks of a queue, whichever way it talks to it: receive, and say of each message what becomes of it.

/** A message in hand. Each verb resolves once the other side has heard it, and rejects where it was refused. */
export interface Delivery {
  readonly messageId: string;
  readonly body: string;
  /** How often it was received, this time included. */
  readonly attempts: number;
  /** When it was sent, by the broker's clock, ms since 1970. */
  readonly sentAtMs: number;
  /** Of a FIFO queue: whose turn it is. */
  readonly group: string | undefined;
  /** Done. */
  delete(): Promise<void>;
  /** In hand for so long from now. */
  extend(seconds: number): Promise<void>;
  /** Failed: it comes again after so long. */
  release(delaySeconds: number, reason: string): Promise<void>;
  /** Not begun: it comes again at once. */
  giveBack(): Promise<void>;
}

export interface Ask {
  readonly maxMessages: number;
  readonly waitTimeSeconds: number;
  /** Ends the waiting; nothing is taken then. */
  readonly signal: AbortSignal;
}

export interface Transport {
  /** Empty where no message came in time, or the signal ended the waiting. */
  receive(ask: Ask): Promise<Delivery[]>;
  /** Into another queue. */
  send(queue: string, body: string): Promise<void>;
  /** Whether asking again later could help. */
  mayPass(error: unknown): boolean;
  close(): Promise<void>;
}

export interface TransportPlace {
  readonly via: 'native' | 'sqs';
  readonly broker: string;
  readonly endpoint: string;
  readonly queue: string;
  /** What the client calls itself. */
  readonly name: string;
}
