// A store for tests: rows of every table in key order, read through the View interface. Deterministic and synchronous.
// It must not interpret rows.
import type { KeyOf, RangeQuery, Rows, TableName, ValueOf, View, Write } from '../../src/index.ts';

type Part = number | string;
type Row = { key: readonly Part[]; value: unknown };

/** Of a batch: who stops at one has seen no more. */
const HEADER_BYTES = 76;

/** Byte order of the stored keys: part by part, a shorter key before its continuations. */
export function compareKeys(a: readonly Part[], b: readonly Part[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const left = a[i] as Part;
    const right = b[i] as Part;
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}

function startsWith(key: readonly Part[], prefix: readonly Part[]): boolean {
  return prefix.every((part, i) => key[i] === part);
}

/** A copy, so that nobody can change a row once it is stored. */
function copyOf(value: unknown): unknown {
  return value instanceof Uint8Array ? value.slice() : structuredClone(value);
}

/** Who asks for keys only must not miss the values, nor who stops at a batch what is behind its header. */
function asAskedFor({ value }: Row, { keysOnly, stopsAt }: RangeQuery): unknown {
  if (keysOnly === true) return undefined;
  const isEnd = value instanceof Uint8Array && stopsAt?.(value) === true;
  return isEnd ? value.slice(0, HEADER_BYTES) : copyOf(value);
}

export class MemoryView implements View {
  readonly #tables = new Map<TableName, Row[]>();

  /** First position whose key is not before `key`. */
  #seek(rows: readonly Row[], key: readonly Part[]): number {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys((rows[middle] as Row).key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #rows(table: TableName): Row[] {
    let rows = this.#tables.get(table);
    if (rows === undefined) {
      rows = [];
      this.#tables.set(table, rows);
    }
    return rows;
  }

  get<T extends TableName>(table: T, key: KeyOf<T>): ValueOf<T> | undefined {
    const rows = this.#rows(table);
    const row = rows[this.#seek(rows, key)];
    if (row === undefined || compareKeys(row.key, key) !== 0) return undefined;
    return copyOf(row.value) as ValueOf<T>;
  }

  *range<T extends TableName>(
    table: T,
    query: RangeQuery,
  ): Iterable<readonly [KeyOf<T>, ValueOf<T>]> {
    const { reverse = false, limit = Number.POSITIVE_INFINITY } = query;
    const found = reverse ? this.#backward(table, query) : this.#forward(table, query);
    let given = 0;
    for (const row of found) {
      if (given >= limit) return;
      yield [row.key as KeyOf<T>, asAskedFor(row, query) as ValueOf<T>];
      given += 1;
    }
  }

  /** From `from`, inclusive, up to `to`, exclusive. The slice keeps a reader apart from later writes. */
  #forward(table: TableName, { prefix = [], from, to }: RangeQuery): Row[] {
    const rows = this.#rows(table);
    const low = Math.max(this.#seek(rows, prefix), this.#seek(rows, from ?? []));
    let high = low;
    for (; high < rows.length; high += 1) {
      const { key } = rows[high] as Row;
      if (!startsWith(key, prefix)) break;
      if (to !== undefined && compareKeys(key, to) >= 0) break;
    }
    return rows.slice(low, high);
  }

  /** From `from`, inclusive with all that continues it, down to `to`, exclusive. */
  #backward(table: TableName, { prefix = [], from, to }: RangeQuery): Row[] {
    const rows = this.#rows(table);
    const found: Row[] = [];
    for (let at = this.#end(rows, from, prefix) - 1; at >= 0; at -= 1) {
      const row = rows[at] as Row;
      if (!startsWith(row.key, prefix)) break;
      const isPast = to !== undefined && (compareKeys(row.key, to) <= 0 || startsWith(row.key, to));
      if (isPast) break;
      found.push(row);
    }
    return found;
  }

  /** Position after the last row that is within both the upper bound and the prefix. */
  #end(rows: readonly Row[], upper: readonly Part[] | undefined, prefix: readonly Part[]): number {
    const after = (bound: readonly Part[]) => {
      let low = 0;
      let high = rows.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        const { key } = rows[middle] as Row;
        if (compareKeys(key.slice(0, bound.length), bound) <= 0) low = middle + 1;
        else high = middle;
      }
      return low;
    };
    return Math.min(after(upper ?? []), after(prefix));
  }

  apply(write: Write): void {
    const rows = this.#rows(write.table);
    const at = this.#seek(rows, write.key);
    const old = rows[at];
    const found = old !== undefined && compareKeys(old.key, write.key) === 0;
    if (write.value === undefined) {
      if (found) rows.splice(at, 1);
    } else {
      rows.splice(at, found ? 1 : 0, { key: [...write.key], value: copyOf(write.value) });
    }
  }

  /** All rows of a table, for comparisons. */
  all<T extends TableName>(table: T): [KeyOf<T>, Rows[T]['value']][] {
    return [...this.range(table, {})].map(([key, value]) => [key, value]);
  }

  count(table: TableName): number {
    return this.#rows(table).length;
  }
}
