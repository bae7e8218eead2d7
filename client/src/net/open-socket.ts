// From an address to a connected socket, in the clear or over TLS. It sends nothing.

import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { MillraceError } from '@millrace/protocol';
import { onAbort } from '../on-abort.ts';
import type { Address } from './address.ts';
import type { TlsSettings } from './tls.ts';

/** What comes in is read into the same memory again and again: chunks of their own cost more to free than to copy. */
const READ_BYTES = 64 * 1024;

/** A socket that reads into memory of its own. */
export interface Wire {
  readonly socket: Socket;
  /** Takes what comes in; the memory is used again as soon as it returns. */
  onBytes: (bytes: Uint8Array) => void;
}

export interface OpenOptions {
  readonly timeoutMs: number;
  /** Undefined: in the clear. */
  readonly tls: TlsSettings | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * A connected socket, or CONNECTION_LOST, or ABORTED. Over TLS the broker has shown a certificate that is trusted. Who
 * gets it has to listen to its bytes in the same turn.
 */
export function openSocket(address: Address, options: OpenOptions): Promise<Wire> {
  const { timeoutMs, tls, signal } = options;
  return new Promise((resolve, reject) => {
    const callback = (bytes: number, memory: Uint8Array) => {
      wire.onBytes(memory.subarray(0, bytes));
      return true;
    };
    const onread = { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback };
    const place = { host: address.host, port: address.port, onread };
    const socket = tls === undefined ? connectPlain(place) : connectTls({ ...place, ...tls });
    const wire: Wire = { socket, onBytes: () => {} };
    // Whatever it reports later, given up or not yet taken over, must not end the process.
    socket.on('error', () => {});
    const fail = (why: string, cause?: unknown) => {
      settle();
      socket.destroy();
      reject(new MillraceError('CONNECTION_LOST', why, {}, { cause }));
    };
    const onError = (error: Error) => fail(describe(error, tls !== undefined), error);
    const onClose = () => fail('closed before it was open');
    const giveUp = () => fail('given up', signal?.reason);
    const unlisten = signal === undefined ? undefined : onAbort(signal, giveUp);
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
    const settle = () => {
      clearTimeout(timer);
      socket.off('error', onError);
      socket.off('close', onClose);
      unlisten?.();
    };
    socket.once('error', onError);
    socket.once('close', onClose);
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      settle();
      resolve(wire);
    });
    if (signal?.aborted) giveUp();
  });
}

function describe(error: Error, isEncrypted: boolean): string {
  const text = describeSocketError(error);
  const { code } = error as NodeJS.ErrnoException;
  // What the system says of the way there is no matter of TLS.
  return isEncrypted && !/^E(?!PROTO)[A-Z]+$/.test(code ?? '') ? `TLS: ${text}` : text;
}

/** Errors of several addresses of one name have no text of their own. */
export function describeSocketError(error: Error): string {
  const inner =
    error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined;
  if (inner !== undefined) return inner.message;
  // Of TLS the reason alone: `certificate required`, not where in the library it was met.
  const { reason } = error as { readonly reason?: unknown };
  return typeof reason === 'string' ? reason : error.message || error.name;
}
