// Whether whoever asked is still there, seen by the socket: of requests that came in one go, only the first has a response
// with a socket, and one that stands behind others does not hear of its end.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../services.ts';
import type { WaitingCallers } from './waiting-callers.ts';

export class SocketCaller implements Caller {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #waiting: WaitingCallers;
  #controller: AbortController | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, waiting: WaitingCallers) {
    this.#request = request;
    this.#response = response;
    this.#waiting = waiting;
  }

  /** A caller that hangs up ends its sending first, some turns before the socket is closed: long enough to lease messages. */
  get isGone(): boolean {
    const { destroyed, readableEnded } = this.#request.socket;
    return destroyed || readableEnded;
  }

  get isGivenUp(): boolean {
    return this.isGone || this.#waiting.areGivenUp;
  }

  /** Costs something from the first look on; `release` lets go of it. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      this.#waiting.add(this.#controller);
      if (this.isGone) this.#giveUp();
      else {
        this.#request.socket.once('close', this.#giveUp);
        this.#request.socket.once('end', this.#giveUp);
      }
    }
    return this.#controller.signal;
  }

  ifUnsent(undo: () => void): void {
    const { socket } = this.#request;
    socket.once('close', undo);
    this.#response.once('finish', () => socket.off('close', undo));
  }

  /** To be called when the answer is made. */
  release(): void {
    if (this.#controller === undefined) return;
    this.#waiting.delete(this.#controller);
    this.#request.socket.off('close', this.#giveUp);
    this.#request.socket.off('end', this.#giveUp);
  }

  readonly #giveUp = (): void => this.#controller?.abort();
}
