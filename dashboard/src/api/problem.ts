// What the gateway refuses, as it is shown: problem details of RFC 9457, or why there was no answer at all.

/** Problem details as the gateway sends them. */
interface ProblemBody {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly field?: string;
  readonly limit?: string;
  readonly retryAfterMs?: number;
  readonly requestId?: string;
}

/** A request that was not answered with what was asked for. `message` is for people. */
export class Problem extends Error {
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  /** Of the table of errors, or `NO_ANSWER`, `HTTP_<status>`. */
  readonly code: string;
  /** The field of the request that is at fault. */
  readonly field: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, body: ProblemBody) {
    const text = body.detail ?? body.title ?? `The gateway answered ${status}.`;
    super(body.limit === undefined ? text : `${text} (limit: ${body.limit})`);
    this.status = status;
    this.code = body.code ?? `HTTP_${status}`;
    this.field = body.field;
    this.requestId = body.requestId;
    this.retryAfterMs = body.retryAfterMs;
  }
}

/** Why nothing came back. `isAct`: it was to change something, and nobody here knows whether it has. */
export function noAnswer(isAct: boolean): Problem {
  const detail = isAct
    ? 'No answer came from the gateway: it may have been done all the same. Look before you try again.'
    : 'The gateway does not answer. Is it running, and is the network up?';
  return new Problem(0, { code: 'NO_ANSWER', detail });
}

export async function problemFrom(response: Response): Promise<Problem> {
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const body: unknown = isJson ? await response.json().catch(() => ({})) : {};
  return new Problem(response.status, typeof body === 'object' && body !== null ? body : {});
}

/** For people, of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
