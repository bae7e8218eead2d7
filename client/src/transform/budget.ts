// Bytes of outputs that have no outcome yet, over all partitions of a transformer: handlers wait while there are too many.

import { Bell } from '../wait.ts';

export class Budget {
  private readonly max: number;
  private used = 0;
  private readonly freed = new Bell();

  constructor(max: number) {
    this.max = max;
  }

  take(bytes: number): void {
    this.used += bytes;
  }

  giveBack(bytes: number): void {
    this.used -= bytes;
    if (!this.isSpent) this.freed.ring();
  }

  get isSpent(): boolean {
    return this.used >= this.max;
  }

  async room(): Promise<void> {
    while (this.isSpent) await this.freed.wait();
  }
}
