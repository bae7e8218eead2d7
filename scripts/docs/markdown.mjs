// Words of Markdown that the pages share.

/**
 * @param {readonly string[]} head
 * @param {ReadonlyArray<readonly string[]>} rows
 */
export function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** @param {string} text */
export function code(text) {
  return `\`${text}\``;
}

/**
 * A number that people can read: groups of three digits, and powers of two that bound integers as such.
 *
 * @param {number} value
 */
export function number(value) {
  if (value === Number.MAX_SAFE_INTEGER) return '2^53-1';
  if (value === 0xffff_ffff) return '2^32-1';
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
}
