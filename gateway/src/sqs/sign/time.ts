// Times as signatures have them: ISO 8601 in its basic format, whole seconds of UTC.

const BASIC = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** `20260101T120000Z`. */
export function basicTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** Undefined: it is no such time. */
export function parseBasicTime(text: string): number | undefined {
  const parts = BASIC.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map(Number);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  return Number.isNaN(ms) || basicTime(ms) !== text ? undefined : ms;
}
