// The reference page of the bench, as Markdown, from the tables of commands, workloads and options.

import { markdownTable } from '@millrace/harness';
import type { Command } from './commands/command.ts';
import { COMMANDS } from './commands/table.ts';
import { formatCount } from './format.ts';
import { commandFlagText, commandOptionText, operandsText, takesText } from './options/help.ts';
import { flagOf, nounOf, OPTION_NAMES, type OptionName, specOf } from './options/table.ts';
import { WORKLOADS } from './workloads/table.ts';

/** The whole page; the same text for the same tables. */
export function benchReference(): string {
  return [
    '# bench',
    'The load harness. This page is made from its tables of commands, workloads and options; [performance](../performance.md) says how it measures and how to read it.',
    '```text\nnpm run bench -- <workload> [options]\nnpm run bench -- <command> [options]\n```',
    '## Commands',
    'The name of a command comes first.',
    ...COMMANDS.map(commandSection),
    '## Workloads',
    workloadTable(),
    '## Options of workloads',
    'A workload takes the options named above; others are refused.',
    optionTable(),
    '`--json` prints one JSON object on stdout instead of a table. Progress and complaints go to stderr.',
    '## Exit codes',
    '| code | meaning |\n| --- | --- |\n| 0 | All runs and all checks passed. |\n| 1 | An operation failed or counts did not agree: there are no figures, with `--json` an `error`. Or what a workload looks for was not so: `isPassed` is false. |\n| 2 | The command line is wrong. |\n| 130, 143 | Ended by SIGINT or SIGTERM. |',
  ]
    .join('\n\n')
    .concat('\n');
}

function commandSection(command: Command): string {
  const { name, about, options, takesWorkloadOptions } = command;
  const rows = Object.entries(options).map(([option, spec]) => {
    return [`\`${commandFlagText(option, spec)}\``, commandOptionText(spec)];
  });
  const further = takesWorkloadOptions === true ? ' Takes the options of the workload too.' : '';
  const usage = `\`\`\`text\nnpm run bench -- ${operandsText(command)} [options]\n\`\`\``;
  const table = tableOf(['option', 'meaning'], rows);
  return [`### ${name}`, `${about}${further}`, usage, table].join('\n\n');
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return markdownTable(head, rows).trimEnd();
}

function workloadTable(): string {
  const rows = WORKLOADS.map((workload) => {
    const { name, about, latencyOf } = workload;
    return [`\`${name}\``, `${about} Latency: ${latencyOf}.`, `\`${takesText(workload)}\``];
  });
  return tableOf(['workload', 'what it does', 'options and defaults'], rows);
}

function optionTable(): string {
  const rows = OPTION_NAMES.map((name) => {
    const spec = specOf(name);
    return [`\`--${flagOf(name)} ${nounOf(spec)}\``, `${spec.about}${rangeOf(name)}`];
  });
  return tableOf(['option', 'meaning'], rows);
}

function rangeOf(name: OptionName): string {
  const spec = specOf(name);
  if (spec.kind === 'choice') return '';
  const unit = spec.kind === 'seconds' ? ' s' : '';
  return ` ${formatCount(spec.min)} to ${formatCount(spec.max)}${unit}.`;
}
