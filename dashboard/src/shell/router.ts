// Where the reader is, from the address behind the `#`: a path and a query. Knows no view.
import { computed, signal } from '@preact/signals';

export interface Place {
  /** Decoded, as `['topics', 'user-events']`. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** The address as it stands, without the `#`. */
  readonly address: string;
}

export function placeOf(hash: string): Place {
  const address = hash.replace(/^#?\/?/, '/');
  const [path = '/', search = ''] = address.split('?', 2);
  const segments = path.split('/').filter((segment) => segment !== '');
  return { segments: segments.map(decode), query: new URLSearchParams(search), address };
}

/** An address that somebody typed may be no encoding of anything. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

export const place = computed(() => placeOf(hash.value));

type Query = Readonly<Record<string, string | number | boolean | undefined | null>>;

/** `#/topics/a%2Fb?from=1` for `linkTo('/topics/{topic}', { topic: 'a/b' }, { from: 1 })`. */
export function linkTo(
  path: string,
  params: Readonly<Record<string, string | number>> = {},
  query: Query = {},
): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params[name] ?? '')),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '' && value !== false) {
      search.set(name, String(value));
    }
  }
  return search.size === 0 ? `#${filled}` : `#${filled}?${search}`;
}

export function goTo(link: string): void {
  location.hash = link;
}

/** Changes the query alone, without a new entry in the history: what is filtered, sorted or open. */
export function setQuery(changes: Query): void {
  const { address, query } = place.peek();
  const next: Record<string, string> = Object.fromEntries(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === null || value === '' || value === false) delete next[name];
    else next[name] = String(value);
  }
  const link = linkTo(address.split('?', 1)[0] ?? '/', {}, next);
  history.replaceState(null, '', link);
  hash.value = link;
}
