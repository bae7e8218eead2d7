// One connection that says all of it at once, then asks something sound, and listens until that is answered or the
// connection has ended.

import { connect } from 'node:net';
import {
  decodeError,
  decodeResponseHeader,
  encodeRequest,
  FrameDecoder,
  MillraceError,
} from '@millrace/protocol';

export interface Reply {
  readonly correlationId: number;
  /** Null: none. */
  readonly error: string | null;
}

export interface Conversation {
  readonly replies: readonly Reply[];
  readonly isEnded: boolean;
}

const LAST_ID = 0x7fff_ffff;
const SILENCE_MS_MAX = 15_000;

const HELLO = { clientName: 'fuzz', clientVersion: '1', apis: [], codecs: ['none' as const] };
export const HELLO_FRAME = encodeRequest('Hello', 1, 0, HELLO);
const LAST_FRAME = encodeRequest('ListGroups', 1, LAST_ID, {});

export function frameOf(payload: Uint8Array): Uint8Array {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(payload.length);
  return Buffer.concat([head, payload]);
}

export function isAnswered(replies: readonly Reply[]): boolean {
  return replies.some(({ correlationId }) => correlationId === LAST_ID);
}

/** Rejects where a reply is none: the broker's own frames are always sound. */
export function converse(port: number, bytes: Uint8Array): Promise<Conversation> {
  const decoder = new FrameDecoder();
  const replies: Reply[] = [];
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    const end = (isEnded: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ replies, isEnded });
    };
    const timer = setTimeout(() => end(false), SILENCE_MS_MAX);
    socket.on('error', () => end(true)).on('close', () => end(true));
    socket.on('data', (chunk) => {
      try {
        for (const payload of decoder.push(chunk)) replies.push(replyOf(payload));
      } catch (error) {
        reject(error instanceof Error ? error : new TypeError('a reply is no frame'));
      }
      if (isAnswered(replies)) end(false);
    });
    // A frame that says it is longer than it is swallows what comes behind it: then the end of the stream tells.
    socket.write(bytes);
    socket.end(LAST_FRAME);
  });
}

function replyOf(payload: Uint8Array): Reply {
  const { correlationId, errorCode, fields } = decodeResponseHeader(payload);
  if (errorCode === 0) return { correlationId, error: null };
  const error = decodeError(errorCode, fields);
  if (!(error instanceof MillraceError)) throw new TypeError('an error without a code');
  return { correlationId, error: error.code };
}
