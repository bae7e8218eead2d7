// What a signed request says of its signer, in a header or in the query string. It is read whether signatures are
// verified or not: regions and senders come from here. It believes everything.

export interface CredentialScope {
  readonly accessKeyId: string;
  /** yyyymmdd. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
}

export const ALGORITHM = 'AWS4-HMAC-SHA256';
const IN_HEADER = /^AWS4-HMAC-SHA256 (?:.*[, ])?Credential=([^, ]+)/;
const IN_QUERY = /[?&]X-Amz-Credential=([^&]*)/;

/** `AKID/20260101/us-east-1/sqs/aws4_request`; the key id may hold slashes. Undefined: it is not one. */
export function parseScope(credential: string): CredentialScope | undefined {
  const parts = credential.split('/');
  const [date, region, service, terminator] = parts.slice(-4);
  const accessKeyId = parts.slice(0, -4).join('/');
  if (accessKeyId === '' || date === undefined || region === undefined) return undefined;
  if (service === undefined || terminator === undefined) return undefined;
  return { accessKeyId, date, region, service, terminator };
}

/** Undefined: the request is not signed, or not legibly. */
export function scopeOf(
  authorization: string | undefined,
  url: string,
): CredentialScope | undefined {
  if (authorization !== undefined) {
    const credential = IN_HEADER.exec(authorization)?.[1];
    return credential === undefined ? undefined : parseScope(credential);
  }
  const credential = url.includes('X-Amz-Credential=') ? IN_QUERY.exec(url)?.[1] : undefined;
  return credential === undefined ? undefined : parseScope(decodeSlashes(credential));
}

function decodeSlashes(text: string): string {
  return text.replace(/%2[fF]/g, '/');
}
