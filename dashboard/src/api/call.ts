// One request to the gateway's REST API: its address from the table's path, its body as JSON, its refusal as a Problem.
// It keeps nothing and shows nothing.
import type { Bodies, Replies, Route } from './endpoints.ts';
import { noAnswer, problemFrom } from './problem.ts';

type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamsOf<Rest>
  : never;

type Scalar = string | number | boolean | undefined | null;

type BodyOf<R extends Route> = R extends keyof Bodies ? Bodies[R] : undefined;

/** What a request says: only what its path and its row ask for. */
export type CallOptions<R extends Route> = {
  readonly query?: Readonly<Record<string, Scalar>>;
  readonly signal?: AbortSignal | undefined;
} & ([ParamsOf<R>] extends [never]
  ? { readonly path?: undefined }
  : { readonly path: Readonly<Record<ParamsOf<R>, string | number>> }) &
  (BodyOf<R> extends undefined ? { readonly body?: undefined } : { readonly body: BodyOf<R> });

type Given<R extends Route> = [ParamsOf<R>] extends [never]
  ? BodyOf<R> extends undefined
    ? [options?: CallOptions<R>]
    : [options: CallOptions<R>]
  : [options: CallOptions<R>];

interface Loose {
  readonly path?: Readonly<Record<string, string | number>> | undefined;
  readonly query?: Readonly<Record<string, Scalar>> | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

let onUnauthorized: () => void = () => {};

/** Called where the gateway wants to know who asks: the session's end. */
export function whenUnauthorized(listener: () => void): void {
  onUnauthorized = listener;
}

/** `/queues/{queue}` with its parameters and query in their places. */
export function addressOf(template: string, { path = {}, query = {} }: Loose): string {
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(path[name] ?? '')),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  return search.size === 0 ? filled : `${filled}?${search}`;
}

/** Asks the gateway. Throws a Problem; an aborted request throws the browser's AbortError. */
export async function call<R extends Route>(route: R, ...given: Given<R>): Promise<Replies[R]> {
  const options: Loose = given[0] ?? {};
  const [method = 'GET', template = ''] = route.split(' ', 2);
  const { body, signal } = options;
  const lost = (error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw noAnswer(isAct(method, template, body));
  };
  const response = await fetch(addressOf(template, options), {
    method,
    signal: signal ?? null,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(lost);
  if (!response.ok) {
    const problem = await problemFrom(response);
    if (problem.status === 401 && !template.startsWith('/session')) onUnauthorized();
    throw problem;
  }
  if (response.status === 204) return undefined as Replies[R];
  return parseExactly(await response.text().catch(lost)) as Replies[R];
}

/** Something may be different once it is done: also where its answer is lost. */
function isAct(method: string, template: string, body: unknown): boolean {
  const isDryRun = (body as { readonly dryRun?: boolean } | undefined)?.dryRun === true;
  return method !== 'GET' && !template.startsWith('/session') && !isDryRun;
}

interface Context {
  readonly source?: string;
}

interface ExactJson {
  readonly rawJSON?: (text: string) => unknown;
}

/** Numbers that JavaScript would write otherwise than they stand: many digits, an exponent, zeros at the end, minus zero. */
const ODD_NUMBERS = /\d{16}|[eE][+-]?\d+\s*[,}\]]|\.\d*0\s*[,}\]]|-0\s*[,}\]]/;

/** Numbers of payloads stay as they were written, also those that no number of JavaScript is, where the browser can. */
export function parseExactly(text: string): unknown {
  const { rawJSON } = JSON as ExactJson;
  if (rawJSON === undefined || !ODD_NUMBERS.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key: string, value: unknown, context?: Context) => {
    const source = context?.source;
    if (typeof value !== 'number' || source === undefined) return value;
    return String(value) === source ? value : rawJSON(source);
  });
}
