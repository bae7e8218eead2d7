// Worker processes by number: told how many there should be, it starts the ones that are missing and tells the youngest to
// stop. What to do is not decided here.

/** A worker process, as far as a fleet is concerned. */
export interface Member {
  readonly name: string;
  /** Undefined while it runs. */
  readonly exit: object | undefined;
  end(signal: 'SIGTERM'): Promise<object>;
}

/** Starts the worker of this name; comes back when it is at work. */
export type StartMember<M extends Member> = (name: string) => Promise<M>;

export class Fleet<M extends Member> {
  readonly #start: StartMember<M>;
  /** Those that should be at work, the oldest first; a member is undefined until it has started. */
  readonly #posts: { member: M | undefined }[] = [];
  readonly #everyone: M[] = [];
  /** What begins and what ends. */
  readonly #underWay = new Set<Promise<unknown>>();
  #failure: Error | undefined;
  #started = 0;

  constructor(start: StartMember<M>) {
    this.#start = start;
  }

  /** All that ever were at work, also those that are gone. */
  get everyone(): readonly M[] {
    return this.#everyone;
  }

  /** At work or about to begin; those that died do not count. Throws where one could not be started or ended. */
  count(): number {
    if (this.#failure !== undefined) throw this.#failure;
    const alive = this.#posts.filter(
      ({ member }) => member === undefined || member.exit === undefined,
    );
    this.#posts.splice(0, this.#posts.length, ...alive);
    return alive.length;
  }

  /** Comes back at once: workers begin and end beside whoever asks. */
  resize(workers: number): void {
    while (this.count() < workers) this.#add();
    while (this.count() > workers) this.#remove();
  }

  /** Until all that should be at work are, and those that were told to stop are gone. Throws where one failed. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #add(): void {
    this.#started += 1;
    const post: { member: M | undefined } = { member: undefined };
    this.#posts.push(post);
    this.#follow(this.#begin(`W${this.#started}`, post));
  }

  async #begin(name: string, post: { member: M | undefined }): Promise<void> {
    const member = await this.#start(name);
    post.member = member;
    this.#everyone.push(member);
    // It was taken away before it had begun.
    if (!this.#posts.includes(post)) await member.end('SIGTERM');
  }

  #remove(): void {
    const member = this.#posts.pop()?.member;
    if (member !== undefined) this.#follow(member.end('SIGTERM'));
  }

  #follow(work: Promise<unknown>): void {
    const followed = work
      .catch((error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => this.#underWay.delete(followed));
    this.#underWay.add(followed);
  }
}
