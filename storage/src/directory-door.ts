// The socket that stands for a process in a data directory: it answers who asks, and lets in who wants to look, between
// two commits. Who may hold the directory it does not decide.

import { renameSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { EndLook } from './commit-gate.ts';
import type { LockPlace } from './lock-place.ts';

/** What a process in a directory says of itself. */
export type DoorAnswer = 'starting' | 'held' | 'looking';

/** Resolves when the asker may look; what it resolves with ends that. */
export type LetIn = () => Promise<EndLook>;

export const WISH_TO_LOOK = 'look';
export const MAY_LOOK = 'go';

/** A name of a socket that does not answer yet. */
export const EARLY = 'new-';
/** Opening a file takes milliseconds. Who has not done it by then is taken for stopped. */
const LOOK_MS_MAX = 10_000;

export class DirectoryDoor {
  readonly #place: LockPlace;
  readonly #name: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #letIn: Promise<LetIn>;
  #setLetIn: ((letIn: LetIn) => void) | undefined;
  #answer: DoorAnswer;

  /** Use `openDoor`. */
  constructor(place: LockPlace, name: string, answer: DoorAnswer) {
    this.#place = place;
    this.#name = name;
    this.#answer = answer;
    this.#letIn = new Promise((resolve) => {
      this.#setLetIn = resolve;
    });
    this.#server = createServer((socket) => this.#greet(socket));
    // The door alone does not keep a process alive.
    this.#server.unref();
  }

  /** Bound under another name and renamed when it listens, so that nobody takes it for dead in between. */
  async listen(): Promise<void> {
    const early = `${EARLY}${this.#name}`;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#place.socketPath(early), resolve);
    });
    renameSync(join(this.#place.path, early), join(this.#place.path, this.#name));
  }

  say(answer: DoorAnswer): void {
    this.#answer = answer;
  }

  /** Until it is called, who wants to look waits. */
  open(letIn: LetIn): void {
    this.#setLetIn?.(letIn);
  }

  async close(): Promise<void> {
    rmSync(join(this.#place.path, this.#name), { force: true });
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #greet(socket: Socket): void {
    this.#sockets.add(socket);
    socket.unref();
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.once('data', () => void this.#lead(socket));
    socket.write(this.#answer);
  }

  async #lead(socket: Socket): Promise<void> {
    const letIn = await this.#letIn;
    // Commits wait for it, perhaps all that is left to do.
    socket.ref();
    const end = await letIn();
    if (socket.destroyed) {
      end();
      return;
    }
    socket.once('close', end);
    socket.setTimeout(LOOK_MS_MAX, () => socket.destroy());
    socket.write(MAY_LOOK);
  }
}

/** Throws what the system says when no socket can be made in the place. */
export async function openDoor(
  place: LockPlace,
  name: string,
  answer: DoorAnswer,
): Promise<DirectoryDoor> {
  const door = new DirectoryDoor(place, name, answer);
  await door.listen();
  return door;
}
