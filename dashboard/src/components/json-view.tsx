// A payload as people read it: JSON set out and coloured, text as it is, bytes as base64 with their length.
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { CopyButton } from './copy.tsx';

/** Above this the text stands without colours: a span a word would hold up the page. */
const COLOURED_MAX = 100_000;

interface Payload {
  readonly payload?: unknown;
  readonly payloadText?: string | undefined;
  readonly payloadBase64?: string | undefined;
  readonly tombstone?: boolean | undefined;
}

interface PayloadViewProps {
  /** A message, or a result: what has one of `payload`, `payloadText`, `payloadBase64`. */
  readonly of: Payload;
  readonly height?: string | undefined;
}

export function PayloadView({ of, height }: PayloadViewProps) {
  if (of.payload !== undefined) return <JsonView value={of.payload} height={height} />;
  if (of.payloadText !== undefined) return <TextView text={of.payloadText} height={height} />;
  if (of.payloadBase64 !== undefined) {
    return (
      <>
        <p class="muted">{byteLength(of.payloadBase64)} bytes that are no text, as base64</p>
        <TextView text={of.payloadBase64} height={height} />
      </>
    );
  }
  return <p class="muted">{of.tombstone === true ? 'A tombstone: no value.' : 'No value.'}</p>;
}

function byteLength(base64: string): number {
  return Math.floor((base64.replace(/=+$/, '').length * 3) / 4);
}

/** A value of JSON, set out. */
export function JsonView({
  value,
  height,
}: {
  readonly value: unknown;
  readonly height?: string | undefined;
}) {
  const text = useMemo(() => JSON.stringify(value, null, 2), [value]);
  const shown = useMemo(() => (text.length > COLOURED_MAX ? text : coloured(text)), [text]);
  return (
    <Box text={text} height={height}>
      {shown}
    </Box>
  );
}

export function TextView({
  text,
  height,
}: {
  readonly text: string;
  readonly height?: string | undefined;
}) {
  return (
    <Box text={text} height={height}>
      {text}
    </Box>
  );
}

interface BoxProps {
  readonly text: string;
  readonly height: string | undefined;
  readonly children: ComponentChildren;
}

function Box({ text, height, children }: BoxProps) {
  return (
    <div class="json-box" style={height === undefined ? undefined : { '--json-height': height }}>
      <span class="json-copy">
        <CopyButton text={text} what="payload" />
      </span>
      <pre class="json" tabIndex={0} role="region" aria-label="Payload">
        {children}
      </pre>
    </div>
  );
}

const WORDS =
  /("(?:\\.|[^"\\])*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g;

function coloured(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const match of text.matchAll(WORDS)) {
    const [whole, string, colon] = match;
    parts.push(text.slice(end, match.index));
    end = match.index + whole.length;
    if (string === undefined) {
      parts.push(<span class={/^[-\d]/.test(whole) ? 'json-number' : 'json-word'}>{whole}</span>);
    } else if (colon === undefined) parts.push(<span class="json-string">{string}</span>);
    else parts.push(<span class="json-key">{string}</span>, colon);
  }
  parts.push(text.slice(end));
  return parts;
}

/** A payload in one line, for a cell of a table. */
export function payloadLine(of: Payload, charactersMax = 200): string {
  if (of.payload !== undefined) return JSON.stringify(of.payload).slice(0, charactersMax);
  if (of.payloadText !== undefined) {
    return of.payloadText.slice(0, charactersMax).replaceAll(/\s+/g, ' ');
  }
  if (of.payloadBase64 !== undefined) return `${byteLength(of.payloadBase64)} bytes`;
  return of.tombstone === true ? 'tombstone' : '';
}
