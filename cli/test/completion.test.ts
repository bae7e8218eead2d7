// The completion scripts: what bash offers, and that zsh and fish accept theirs where they are installed.
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { bashScript } from '../src/completion/bash.ts';
import { fishScript } from '../src/completion/fish.ts';
import { type CompletionModel, completionModel } from '../src/completion/model.ts';
import { zshScript } from '../src/completion/zsh.ts';

let model: CompletionModel;
beforeAll(async () => {
  model = await completionModel();
});

function runShell(shell: string, ...args: readonly string[]) {
  return spawnSync(shell, args, { encoding: 'utf8' });
}

function has(shell: string): boolean {
  return runShell(shell, '-c', 'exit 0').status === 0;
}

/** What bash offers at the end of each line: one shell asks for all, for it reads the long script once. */
function offeredAt(lines: readonly string[]): string[][] {
  const asks = lines.map((line) => {
    const words = ['broker-cli', ...line.split(' ')];
    const quoted = words.map((word) => `'${word}'`).join(' ');
    return `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; COMPREPLY=()
_broker_cli; printf '%s\\n' "\${COMPREPLY[@]}" '--end of line'`;
  });
  const script = [bashScript(model), ...asks].join('\n');
  const { stdout, stderr } = runShell('bash', '-c', script);
  expect(stderr).toBe('');
  const answers = stdout.split('--end of line\n').slice(0, -1);
  expect(answers).toHaveLength(lines.length);
  return answers.map((answer) => answer.split('\n').filter((word) => word !== ''));
}

const offered = (line: string) => offeredAt([line])[0];

describe.skipIf(!has('bash'))('bash (skipped where it is not installed)', () => {
  it.each([
    ['top', ['topics']],
    [
      'topics ',
      ['create', 'list', 'describe', 'offsets', 'alter', 'grow', 'delete-records', 'delete'],
    ],
    ['topics c', ['create']],
    ['topics create x --part', ['--partitions']],
    ['topics create x --partitions ', []],
    ['queue create x --backoff ', ['none', 'fixed', 'exponential']],
    ['queue create --topic topics x --jit', ['--jitter']],
    ['--broker topics queue pe', ['peek']],
    ['--json queue peek q --state le', ['leased']],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['help qu', ['queue']],
    ['consume t --no-f', ['--no-follow']],
    ['consume t --fo', ['--follow']],
    ['produce t --format re', ['record']],
  ])('%s', (line, words) => {
    expect(offered(line)).toEqual(words);
  });

  it('offers files where a file is wanted', () => {
    expect(offered('produce t --file package.js')).toContain('package.json');
  });

  it('offers every command and option there is', () => {
    const places = model.places.map(({ path }) => (path === '' ? '' : `${path} `));
    const words = offeredAt(places);
    const help = offeredAt(places.map((place) => `${place}--help`));
    for (const [at, { path, commands, options }] of model.places.entries()) {
      const names = commands.map(({ name }) => name);
      expect({ path, words: words[at] }).toEqual({ path, words: expect.arrayContaining(names) });
      expect({ path, help: help[at] }).toEqual({
        path,
        help: options.length > 0 ? ['--help'] : [],
      });
    }
  });
});

describe.skipIf(!has('zsh'))('zsh (skipped where it is not installed)', () => {
  it('accepts its script', () => {
    const script = `autoload -U compinit; compinit -u -D; ${zshScript(model)}\nwhence _broker_cli__queue`;
    const { stderr, stdout, status } = runShell('zsh', '-f', '-c', script);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toContain('_broker_cli__queue');
  });
});

describe.skipIf(!has('fish'))('fish (skipped where it is not installed)', () => {
  it.each([
    ['broker-cli to', 'topics'],
    ['broker-cli queue pe', 'peek'],
    ['broker-cli queue peek q --state le', 'leased'],
    ['broker-cli topics create x --part', '--partitions'],
  ])('%s', (line, word) => {
    const script = `${fishScript(model)}\ncomplete -C '${line}'`;
    const { stdout, stderr } = runShell('fish', '--no-config', '-c', script);
    expect(stderr).toBe('');
    expect(stdout.split('\n').map((each) => each.split('\t')[0])).toContain(word);
  });
});

describe('every shell', () => {
  it('knows every option', () => {
    const [bash, zsh, fish] = [bashScript, zshScript, fishScript].map((script) => script(model));
    for (const name of model.places.flatMap(({ options }) =>
      options.flatMap(({ names }) => names),
    )) {
      const isLong = name.startsWith('--');
      expect(bash).toContain(isLong ? name : '');
      expect(zsh).toContain(name);
      expect(fish).toContain(isLong ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`);
    }
  });
});
