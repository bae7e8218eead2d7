// The reference page of the command line, as Markdown, from the command tree and the tables of options and exit codes.

import type { Command, Input } from './command.ts';
import { EXIT, EXIT_ABOUT, type ExitName } from './errors/exit-codes.ts';
import { loadTree, type PlacedCommand } from './registry.ts';
import { GLOBAL_INPUTS } from './settings.ts';

/** The whole page; the same text for the same tree. */
export async function renderCliReference(): Promise<string> {
  const tree = await loadTree();
  const parts = [
    '# broker-cli',
    'The command line of Millrace. This page is made from the command tree.',
    'What works on a data directory without a broker (inspect, backup, restore) are commands of `millrace-broker`: see [operating the broker](../operations.md).',
    'In a checkout `npx broker-cli` runs it. Durations are written with their unit (`500ms`, `30s`, `5m`, `1h30m`, `7d`), sizes as `512`, `64KiB`, `64MiB`, `1GiB`.',
    'Positions are `earliest`, `latest`, an offset where that makes sense, a time (`2026-01-31`, `2026-01-31T12:00:00Z`) or a while ago (`-15m`).',
    '## Global options',
    'They may stand before or after the command.',
    inputTable(Object.values(GLOBAL_INPUTS)),
    '## Output',
    'Without `--json` stdout carries tables and sentences for people. With `--json` it carries one JSON document and nothing else; `consume` writes one JSON object a line either way. Notes, progress and errors go to stderr.',
    'Commands that destroy something ask on a terminal; elsewhere, and with `--json`, they need `--yes`.',
    '## Exit codes',
    exitTable(),
    'With `--json` an error is one line of JSON on stderr: `{"error":{"code":"UNKNOWN_TOPIC","message":"...","exitCode":4}}`, with the fields `field`, `limit`, `retryAfterMs`, `line` and `hints` where they apply. The codes of the broker are those of the [error table](errors.md).',
    ...tree.flatMap(({ name, about, isGroup, commands }) => [
      `## ${name}`,
      ...(isGroup ? [sentence(about)] : []),
      ...commands.flatMap((placed) => commandParts(placed, isGroup)),
    ]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function commandParts({ path, command }: PlacedCommand, isInGroup: boolean): string[] {
  const inputs = Object.values(command.inputs);
  return [
    ...(isInGroup ? [`### ${path.join(' ')}`] : []),
    ['```text', `broker-cli ${usageOf(path, inputs)}`, '```'].join('\n'),
    sentence(command.about),
    ...(command.details === undefined ? [] : [detailsText(command.details)]),
    ...(inputs.length === 0 ? [] : [inputTable(inputs)]),
    ...(command.examples.length === 0 ? [] : [examplesText(command.examples)]),
  ];
}

function usageOf(path: readonly string[], inputs: readonly Input<unknown>[]): string {
  const words = inputs.filter(({ kind }) => kind === 'argument').map(({ flags }) => flags);
  const hasOptions = inputs.some(({ kind }) => kind === 'option');
  return [...path, ...(hasOptions ? ['[options]'] : []), ...words].join(' ');
}

function inputTable(inputs: readonly Input<unknown>[]): string {
  const rows = inputs.map(({ flags, about, choices, initialText }) => {
    const values =
      choices === undefined ? '' : ` (${choices.map((each) => `\`${each}\``).join(', ')})`;
    const initial = initialText === undefined ? '' : `; default \`${initialText}\``;
    return `| \`${flags}\` | ${escapePipes(`${about}${values}${initial}`)} |`;
  });
  return ['| argument, option | meaning |', '| --- | --- |', ...rows].join('\n');
}

function exitTable(): string {
  const rows = (Object.keys(EXIT) as ExitName[]).map(
    (name) => `| ${EXIT[name]} | ${escapePipes(EXIT_ABOUT[name])} |`,
  );
  return ['| code | meaning |', '| --- | --- |', ...rows].join('\n');
}

function examplesText(examples: Command['examples']): string {
  return ['```sh', ...examples.map(({ line, about }) => `# ${about}\n${line}`), '```'].join('\n');
}

function detailsText(details: string): string {
  return details
    .replaceAll(/<[a-z]+>(?:\.[a-z]+)?/g, '`$&`')
    .split('\n')
    .join('\\\n');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replaceAll(/<[a-z]+>(?:\.[a-z]+)?/g, '`$&`')}.`;
}

function escapePipes(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/<[a-z]+>(?:\.[a-z]+)?/g, '`$&`');
}
