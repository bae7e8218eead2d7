// The completion script for bash 3.2 and later: it finds the place by the words before the cursor.

import type { CompletionModel, Place } from './model.ts';

export function bashScript({ places }: CompletionModel): string {
  const withValue = optionNames(places, ({ takesValue }) => takesValue);
  return `# Completion of broker-cli for bash, made by \`broker-cli completion bash\`.
_broker_cli() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" place="" word at
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    case "$word" in
      ${withValue.join('|')}) ((at++)) ;;
      -*) ;;
      *)
        case "$place/$word" in
          ${steps(places).join('|')}) place="\${place:+$place }$word" ;;
          *) ;;
        esac ;;
    esac
  done
  COMPREPLY=()
  case "$place/$previous" in
${places.flatMap(valueCases).join('\n')}
  esac
  case "$previous" in
    ${withValue.join('|')}) return ;;
  esac
  case "$place" in
${places.map(wordCase).join('\n')}
  esac
}
complete -F _broker_cli broker-cli
`;
}

type Test = (option: Place['options'][number]) => boolean;

function optionNames(places: readonly Place[], test: Test): string[] {
  const names = places.flatMap(({ options }) => options.filter(test).flatMap((each) => each.names));
  return [...new Set(names)];
}

/** `topics/create` for each command: the place so far and the word that leads on. */
function steps(places: readonly Place[]): string[] {
  const found = places
    .filter(({ path }) => path !== '')
    .map(({ path }) => path.split(' '))
    .map((words) => `"${words.slice(0, -1).join(' ')}/${words.at(-1) ?? ''}"`);
  return [...new Set(found)];
}

function valueCases({ path, options }: Place): string[] {
  return options.flatMap(({ names, values, takesFile }) => {
    const patterns = names.map((name) => `"${path}/${name}"`).join('|');
    if (takesFile) return [`    ${patterns}) COMPREPLY=($(compgen -f -- "$current")); return ;;`];
    if (values.length === 0) return [];
    return [
      `    ${patterns}) COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$current")); return ;;`,
    ];
  });
}

function wordCase({ path, commands, values, options }: Place): string {
  const plain = [...commands.map(({ name }) => name), ...values].join(' ');
  const long = options
    .flatMap(({ names }) => names.filter((name) => name.startsWith('--')))
    .join(' ');
  return `    "${path}")
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "${long}" -- "$current"))
      else COMPREPLY=($(compgen -W "${plain}" -- "$current")); fi ;;`;
}
