// A table of options as text: rows of the reference page, and the options in force for --print-config. Pure.

import { describeRange, formatValue, type OptionSpec } from './option.ts';
import { flagOf, type OptionsOf, type OptionTable, variableOf } from './option-table.ts';
import type { OptionSource } from './parse-options.ts';

/** A table in Markdown, one row an option. */
export function renderOptionRows(table: OptionTable): string {
  const rows = Object.entries(table).map(([name, spec]) => {
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
    '| flag | variable | kind | values | default | what it does |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** One JSON object: every option with its value, as text with unit, and its source. */
export function renderConfig<T extends OptionTable>(
  table: T,
  options: OptionsOf<T>,
  sources: Readonly<Record<keyof T, OptionSource>>,
): string {
  const entries = Object.entries<OptionSpec>(table).map(([name, spec]) => {
    const value = formatValue(spec, options[name] as string | number | boolean);
    return [name, { value, source: sources[name] }] as const;
  });
  return `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`;
}
