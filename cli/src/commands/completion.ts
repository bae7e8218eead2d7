// `completion`: prints a script that completes broker-cli in a shell.

import { command, word } from '../command.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export const completion = command({
  name: 'completion',
  about: 'print a completion script for bash, zsh or fish',
  details:
    'bash: eval "$(broker-cli completion bash)" in ~/.bashrc\n' +
    'zsh:  source <(broker-cli completion zsh) in ~/.zshrc, after compinit\n' +
    'fish: broker-cli completion fish > ~/.config/fish/completions/broker-cli.fish',
  inputs: { shell: word('<shell>', 'bash, zsh or fish', SHELLS) },
  examples: [{ line: 'eval "$(broker-cli completion bash)"', about: 'in this bash' }],
  async run(context, { shell }) {
    const { completionModel } = await import('../completion/model.ts');
    const { SCRIPTS } = await import('../completion/scripts.ts');
    const script = SCRIPTS[shell](await completionModel()).trimEnd();
    await context.output.answer({ shell, script }, () => script);
  },
});
