// Bounds of what is followed live. One table; tests make their own smaller ones.

export const LIVE_LIMITS = {
  /** Readers of topics at a time, over WebSocket and server-sent events: each has a fetch waiting at the broker. */
  tailsMax: 200,
  /** Listeners to counts at a time. */
  listenersMax: 1_000,
  /** Partitions of one reader: each message says where all of them stand. */
  tailPartitionsMax: 128,
  /** Names of queues that a listener may ask for. */
  queuesMax: 1_000,
  /** Bytes asked of the broker at a time; one batch may be larger. */
  fetchBytesMax: 256 * 1024,
  /** Events are put together to about this size before they are given to the socket, UTF-16 units. */
  chunkCharactersMax: 64 * 1024,
  /** A fetch waits this long; then the client gets a sign of life. */
  idleMs: 15_000,
  /** Counts are told this often. */
  countsMs: 1_000,
  /** A client that takes nothing, or gives no sign of life, for so long is cut off. */
  stallMs: 60_000,
  /** How long a client may take to answer the end of a WebSocket. */
  goodbyeMs: 1_000,
  /** Of one message from a WebSocket's client. */
  messageBytesMax: 64 * 1024,
} as const;

export type LiveLimits = { readonly [N in keyof typeof LIVE_LIMITS]: number };
