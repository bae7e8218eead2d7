// What the client says while it is measured. It goes on after a lost connection or a refused batch; a bench must not.

import type { Logger } from '@millrace/client';

/** The client met something that it had to overcome. */
export class ClientTrouble extends Error {
  override readonly name = 'ClientTrouble';
}

export class ClientLog {
  #first: string | undefined;

  readonly logger: Logger = {
    warn: (text, fields) => this.#note(text, fields),
    error: (text, fields) => this.#note(text, fields),
  };

  /** Throws ClientTrouble. */
  mustBeClean(): void {
    if (this.#first !== undefined) throw new ClientTrouble(this.#first);
  }

  #note(text: string, fields: object | undefined): void {
    const error = fields && 'error' in fields ? fields.error : undefined;
    const reason = error instanceof Error ? `: ${error.message}` : '';
    this.#first ??= `the client warned: ${text}${reason}`;
  }
}
