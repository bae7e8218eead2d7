// What a command line loads: whoever asks for help does not wait for a broker to be loaded, nor a start for the metrics page.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const PROGRAMS = {
  'millrace-broker': new URL('broker/bin/millrace-broker.mjs', ROOT).pathname,
  millrace: new URL('launcher/bin/millrace.mjs', ROOT).pathname,
};
const isBuilt = existsSync(new URL('launcher/dist/bin.js', ROOT));

/** Writes the address of each module on stderr, a line each. */
const TELL = `import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(\`
  import { writeSync } from 'node:fs';
  export async function load(url, context, next) { writeSync(2, 'loads ' + url + '\\\\n'); return next(url, context); }
\`));`;

function run(program: string, option: string): { status: number | null; loaded: string[] } {
  const tell = `data:text/javascript,${encodeURIComponent(TELL)}`;
  const { status, stderr } = spawnSync(process.execPath, ['--import', tell, program, option], {
    encoding: 'utf8',
  });
  const loaded = stderr.split('\n').filter((line) => line.startsWith('loads '));
  return { status, loaded };
}

describe.skipIf(!isBuilt)('what is loaded (needs `npm run build`)', () => {
  test.each([
    ['millrace-broker', '--help', 0],
    ['millrace', '--version', 0],
    ['millrace', '--port=x', 64],
  ] as const)('%s %s loads no store, no rules of queues, no metrics page', (name, option, code) => {
    const { status, loaded } = run(PROGRAMS[name], option);
    expect(status).toBe(code);
    expect(loaded.some((line) => line.includes('/broker/dist/options/table.js'))).toBe(true);
    const notNeeded = loaded.filter((line) =>
      /\/(core|storage)\/dist\/|\/broker\/dist\/(offline\/run-|broker\.js)|node_modules\/(lmdb|prom-client|fastify)\//.test(
        line,
      ),
    );
    expect(notNeeded).toEqual([]);
  });
});
