// What a system under comparison is to the driver: how it is found and started, and the few things it can be asked to
// do. It knows nothing of runs, clocks or reports, so that every peer is measured by the same code.

export interface PeerKind {
  /** For `--only`: 'redis-streams'. */
  readonly name: string;
  readonly title: string;
  /** The client library, as its package is named. */
  readonly client: string;
  /** The setting that people get without asking first, then the one that differs in when it flushes. */
  readonly modes: readonly PeerMode[];
  /** Looks for the server and the client; starts nothing. */
  find(): Promise<Found>;
  /** Starts a server of its own on loopback, with all its data in the directory. */
  start(mode: PeerMode, directory: string): Promise<RunningPeer>;
}

export interface PeerMode {
  readonly name: 'default' | 'flushed' | 'unflushed';
  /** An acknowledgement means that the data is on the disk: such modes are compared with each other. */
  readonly isFlushed: boolean;
  /** What an acknowledgement means, with the settings that make it so; one line. */
  readonly durability: string;
}

export type Found =
  | { readonly version: string; readonly clientVersion: string }
  /** What is not there, and the command that brings it; one line. */
  | { readonly missing: string };

export interface RunningPeer {
  /** Processes of the server; their children count with them. */
  readonly pids: readonly number[];
  /** Processes of a client that is not this one; their children count with them. */
  readonly clientPids?: readonly number[];
  /** A topic, stream or queue that nobody used before. */
  open(name: string): Promise<Channel>;
  stop(): Promise<void>;
}

export interface Channel {
  sender(): Promise<Sender>;
  /** Reads as a log, without acknowledging; absent where the peer has no log. */
  read?(options: ReadOptions): Promise<Reading>;
  /** Takes messages and acknowledges each or all of a batch; absent where the peer has no queue. */
  work?(options: WorkOptions): Promise<Reading>;
  /** Messages that the server has of what was sent, by its own count, none taken yet; absent where it does not tell. */
  count?(): Promise<number>;
  /** Removes it with its messages, so that they are no burden to what is measured next. */
  drop?(): Promise<void>;
}

export interface Sender {
  /** Values of a `send`, and how many of them wait for their outcome at a time: what suits this peer best. */
  readonly batch: number;
  readonly inFlight: number;
  /** Resolves when all are acknowledged; rejects when one was not. */
  send(values: readonly Uint8Array[]): Promise<void>;
  /** One message in a request of its own. */
  sendOne(value: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface ReadOptions {
  readonly from: 'start' | 'now';
  readonly onValues: (values: readonly Uint8Array[]) => void;
  readonly onError: (error: Error) => void;
}

export interface WorkOptions {
  /** Messages that are taken and acknowledged together, at most; 1: each by itself. */
  readonly batch: number;
  /** Handlers at a time. */
  readonly concurrency: number;
  /** Called after the acknowledgement of these was confirmed. */
  readonly onDone: (values: readonly Uint8Array[]) => void;
  readonly onError: (error: Error) => void;
}

/** Resolved where it is ready: of what is sent from then on, nothing is missed. */
export interface Reading {
  close(): Promise<void>;
}
