// One JSON log line as a line for people: `12:03:04 warn  A client takes no replies. connectionId=3`.
// It colours nothing and never throws.

const HIDDEN = new Set(['level', 'time', 'msg', 'event']);

export function textLine(jsonLine: string): string {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(jsonLine) as Record<string, unknown>;
  } catch {
    return jsonLine;
  }
  const clock = String(fields['time']).slice(11, 19);
  const head = `${clock} ${String(fields['level']).padEnd(5)} ${textOf(fields['msg'] ?? '')}`;
  const shown = Object.entries(fields).filter(([name]) => !HIDDEN.has(name) && name !== 'err');
  const tail = shown.map(([name, value]) => ` ${name}=${textOf(value)}`).join('');
  return `${oneLine(head + tail)}${errorText(fields['err'])}\n`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Names that clients choose may hold control characters: a terminal must not get them. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}

function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { stack, message, code } = error as { stack?: unknown; message?: unknown; code?: unknown };
  if (typeof stack === 'string') return `\n${stack.split('\n').map(oneLine).join('\n')}`;
  return oneLine(` ${textOf(code ?? 'error')}: ${textOf(message ?? '')}`);
}
