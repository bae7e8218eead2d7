// The diary of a client: each call as it begins and as it ends, one line each, written before anything else happens. What a
// killed client had begun stays there without an end. It judges nothing.

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

/**
 * @typedef {object} Diary
 * @property {() => number} nowUs microseconds by a clock that all clients share and nobody sets
 * @property {(line: object) => void} write
 */

export class Recorder {
  #diary;
  #calls = 0;

  /** @param {Diary} diary */
  constructor(diary) {
    this.#diary = diary;
  }

  /**
   * Something that was seen, without beginning and end.
   *
   * @param {string} what
   * @param {object} fields
   */
  note(what, fields) {
    this.#write({ note: what, ...fields });
  }

  /**
   * Undefined where the call failed; what it failed with is written down.
   *
   * @template T
   * @param {string} what
   * @param {object} fields
   * @param {() => Promise<T>} work
   * @param {(result: T) => object} told what of the result is written down
   * @returns {Promise<T | undefined>}
   */
  async call(what, fields, work, told) {
    this.#calls += 1;
    const op = this.#calls;
    this.#write({ op, call: what, ...fields });
    try {
      const result = await work();
      this.#write({ op, ok: told(result) });
      return result;
    } catch (error) {
      this.#write({ op, error: codeOf(error) });
      return undefined;
    }
  }

  /** @param {object} line */
  #write(line) {
    this.#diary.write({ t: this.#diary.nowUs(), ...line });
  }
}
