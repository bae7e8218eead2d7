// The reference page of the limits.
import { LIMITS } from '../../protocol/dist/index.js';
import { LIMITS_ABOUT } from '../../protocol/dist/limits-about.js';
import { code, table } from './markdown.mjs';

const UNITS = /** @type {const} */ ([
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
]);
const TIMES = /** @type {const} */ ([
  ['days', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
]);

/** @param {number} value @param {string} unit */
function readable(value, unit) {
  const plain = String(value).replace(/\B(?=(?:\d{3})+$)/g, ',');
  if (unit === 'count') return plain;
  const steps = unit === 'bytes' ? UNITS : TIMES;
  const step = steps.find(([, size]) => value >= size && value % size === 0);
  return step === undefined ? `${plain} ${unit}` : `${value / step[1]} ${step[0]}`;
}

/** docs/reference/limits.md, whole. */
export function renderLimitsReference() {
  const rows = Object.entries(LIMITS_ABOUT).map(([name, { unit, about, option }]) => [
    code(name),
    readable(LIMITS[/** @type {keyof typeof LIMITS} */ (name)], unit),
    about,
    option === undefined ? '' : code(`--${option}`),
  ]);
  return `# Limits

<!-- Generated from protocol/src/limits.ts and limits-about.ts by \`npm run docs\`. -->

Everything has a limit. Meeting one is an error that names the field and the limit, or the broker reads no further until there
is room; never a crash, and never half a request. Clients learn the limits in the reply to \`Hello\`. Where an option stands
in the last column it sets another limit than this default; memory, time and pace of connections, and quotas, have
[options](options.md) of their own. What happens to a client at each of these is in
[the rules](../semantics/security.md).

${table(['limit', 'value', 'what it is about', 'option'], rows)}
`;
}
