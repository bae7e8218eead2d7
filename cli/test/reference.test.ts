// The reference page: complete.
import { describe, expect, it } from 'vitest';
import { EXIT } from '../src/errors/exit-codes.ts';
import { renderCliReference } from '../src/reference.ts';
import { loadTree } from '../src/registry.ts';

describe('the reference page', () => {
  it('has every command, argument, option and exit code', async () => {
    const page = await renderCliReference();
    for (const { commands } of await loadTree()) {
      for (const { path, command } of commands) {
        expect(page).toContain(`\nbroker-cli ${path.join(' ')}`);
        for (const { flags } of Object.values(command.inputs))
          expect(page).toContain(`\`${flags}\``);
      }
    }
    for (const code of Object.values(EXIT)) expect(page).toContain(`| ${code} |`);
  });
});
