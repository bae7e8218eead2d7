// The options table as text: the reference page, and the options in force for --print-config. Pure.

import { describeRange, formatValue } from './option.ts';
import type { OptionSource } from './parse-options.ts';
import {
  type BrokerOptions,
  flagOf,
  OPTION_NAMES,
  type OptionName,
  specOf,
  variableOf,
} from './table.ts';

/** docs/reference/options.md, whole. */
export function renderOptionsReference(): string {
  const rows = OPTION_NAMES.map((name) => {
    const spec = specOf(name);
    const fallback = formatValue(spec, spec.fallback);
    const cells = [
      `\`${flagOf(name)}\``,
      `\`${variableOf(name)}\``,
      spec.kind,
      describeRange(spec),
      fallback === '' ? 'empty' : `\`${fallback}\``,
      spec.about,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '# Options of the broker',
    '',
    '<!-- Generated from broker/src/options/table.ts by `npm run docs`. -->',
    '',
    'A flag beats the environment variable, which beats the default. All of them are read once, at the start.',
    'Bytes take the units KiB, MiB, GiB and TiB, or none; durations take ms, s, m, h and d. A switch given as a',
    'bare flag is true. `--print-config` prints the options in force and where each comes from; `--help` and',
    '`--version` print and stop.',
    '',
    '| flag | variable | kind | values | default | what it does |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** One JSON object: every option with its value, as text with unit, and its source. */
export function renderConfig(
  options: BrokerOptions,
  sources: Readonly<Record<OptionName, OptionSource>>,
): string {
  const entries = OPTION_NAMES.map((name) => {
    const value = formatValue(specOf(name), options[name]);
    return [name, { value, source: sources[name] }] as const;
  });
  return `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`;
}
