// Whether requests still wait for a connection that was lost: for so long they do, then not until there is one again.

export class OfflineWatch {
  private readonly afterMs: number | undefined;
  private readonly giveUp: () => void;
  private timer: NodeJS.Timeout | undefined;
  private hasGivenUp = false;

  /** Undefined: they always do. */
  constructor(afterMs: number | undefined, giveUp: () => void) {
    this.afterMs = afterMs;
    this.giveUp = giveUp;
  }

  get isGivenUp(): boolean {
    return this.hasGivenUp;
  }

  begin(): void {
    if (this.afterMs === undefined) return;
    this.timer ??= setTimeout(() => {
      this.hasGivenUp = true;
      this.giveUp();
    }, this.afterMs);
  }

  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.hasGivenUp = false;
  }
}
