// Which of the free pages inside a data file can be counted on. A large value takes neighbouring pages, and where free ones lie
// apart the file grows in spite of them: then they are no room on a full disk. It knows neither file nor rows.

export interface FilePages {
  readonly lastPage: number;
  /** Pages inside the file that hold nothing. */
  readonly freePages: number;
}

export class Gaps {
  #before: FilePages;
  #freeBeforeThat: number;
  /** So many were free when the file grew all the same, and nothing has been written into them since. */
  #refused = 0;

  constructor(pages: FilePages) {
    this.#before = pages;
    this.#freeBeforeThat = pages.freePages;
  }

  /** After each commit. Where a reader keeps LMDB from using pages again, a file that grows says nothing of how they lie. */
  seen(pages: FilePages, isReadFromBefore: boolean): void {
    const before = this.#before;
    const grew = pages.lastPage > before.lastPage && !isReadFromBefore;
    // What the commit itself or the one before it set free it could not use.
    const refused = grew ? Math.min(this.#freeBeforeThat, before.freePages) : this.#refused;
    this.#refused = Math.min(refused, pages.freePages);
    this.#freeBeforeThat = before.freePages;
    this.#before = pages;
  }

  usable({ freePages }: FilePages): number {
    return Math.max(0, freePages - this.#refused);
  }
}
