// The completion script for zsh: a function a place, each with its options described.

import type { CompletionModel, OptionWords, Place } from './model.ts';

/** Where options lie that may stand anywhere. */
const GLOBAL = '_broker_cli_global';

export function zshScript({ global, places }: CompletionModel): string {
  return `#compdef broker-cli
# Completion of broker-cli for zsh, made by \`broker-cli completion zsh\`.
typeset -ga ${GLOBAL}
${GLOBAL}=(
${global.map((option) => `  ${optionSpec(option)}`).join('\n')}
)
${places.map((place) => placeFunction(place, global)).join('\n')}
if [ "$funcstack[1]" = "_broker_cli" ]; then _broker_cli "$@"; else compdef _broker_cli broker-cli; fi
`;
}

function functionName(path: string): string {
  return ['_broker_cli', ...path.split(' ').filter((word) => word !== '')].join('__');
}

function placeFunction(
  { path, commands, values, options }: Place,
  global: readonly OptionWords[],
): string {
  const own = options.filter((option) => !global.includes(option));
  const lines = own.map((option) => `    ${optionSpec(option)} \\`);
  if (own.length < options.length) lines.push(`    "$${GLOBAL}[@]" \\`);
  const name = functionName(path);
  if (commands.length === 0) {
    const first = values.length > 0 ? `'1:value:(${values.join(' ')})'` : "'*: :_default'";
    return `${name}() {\n  _arguments -s -S \\\n${lines.join('\n')}\n    ${first}\n}`;
  }
  const described = commands.map((each) => `    ${quote(`${each.name}:${each.about}`)}`).join('\n');
  const cases = commands
    .filter(() => path !== 'help')
    .map((each) => `      ${each.name}) ${functionName(`${path} ${each.name}`)} ;;`)
    .join('\n');
  return `${name}() {
  local -a commands
  commands=(
${described}
  )
  local line state
  _arguments -C -s -S \\
${lines.join('\n')}${lines.length > 0 ? '\n' : ''}    '1: :->command' '*:: :->rest'
  case "$state" in
    command) _describe command commands ;;
    rest) case "$words[1]" in
${cases}
    esac ;;
  esac
}`;
}

/** `'(-p --partitions)'{-p,--partitions}'[about]:value:'` */
function optionSpec({ names, about, takesValue, values, takesFile }: OptionWords): string {
  const group =
    names.length > 1 ? `'(${names.join(' ')})'{${names.join(',')}}` : `'${names[0] ?? ''}`;
  const open = names.length > 1 ? "'" : '';
  const action = takesFile ? '_files' : values.length > 0 ? `(${values.join(' ')})` : ' ';
  const value = takesValue ? `:value:${action}` : '';
  return `${group}${open}[${about.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''")}]${value}'`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
