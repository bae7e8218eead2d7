// The completion script for fish: one `complete` a word, each under the condition that says where it may stand.

import type { CompletionModel, OptionWords, Place } from './model.ts';

export function fishScript({ global, places }: CompletionModel): string {
  const starts = places.find(({ path }) => path === '')?.commands.map(({ name }) => name) ?? [];
  return `# Completion of broker-cli for fish, made by \`broker-cli completion fish\`.
complete -c broker-cli -f
${global.map((option) => `complete -c broker-cli ${optionWords(option)}`).join('\n')}
${places.flatMap((place) => placeLines(place, starts, global)).join('\n')}
`;
}

function placeLines(
  { path, commands, values, options }: Place,
  starts: readonly string[],
  global: readonly OptionWords[],
): string[] {
  const here = condition(
    path,
    commands.map(({ name }) => name),
    starts,
  );
  return [
    ...commands.map(({ name, about }) => `${here} -a ${name} -d ${quote(about)}`),
    ...values.map((value) => `${here} -a ${value}`),
    ...options
      .filter((option) => !global.includes(option))
      .map((option) => `${here} ${optionWords(option)}`),
  ];
}

/** At this place, and not yet past it. */
function condition(path: string, next: readonly string[], starts: readonly string[]): string {
  const seen = path.split(' ').filter((word) => word !== '');
  const tests =
    seen.length === 0
      ? [`not __fish_seen_subcommand_from ${starts.join(' ')}`]
      : seen.map((word) => `__fish_seen_subcommand_from ${word}`);
  if (seen.length > 0 && next.length > 0) {
    tests.push(`not __fish_seen_subcommand_from ${next.join(' ')}`);
  }
  return `complete -c broker-cli -n ${quote(tests.join('; and '))}`;
}

function optionWords({ names, about, takesValue, values, takesFile }: OptionWords): string {
  const flags = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const value = takesFile
    ? ' -r -F'
    : values.length > 0
      ? ` -x -a ${quote(values.join(' '))}`
      : ' -x';
  return `${flags.join(' ')}${takesValue ? value : ''} -d ${quote(about)}`;
}

function quote(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
