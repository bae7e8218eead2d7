// Blocks of a page, run one after the other against a server: commands in bash, programs in node. Only ports and folders are others
// than on the page, and `broker-cli` is told what it would ask a person. It is started once for all commands, but for those that
// read what is given to them, or watch until they are told to stop: a start costs more than most commands.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type MillraceProcess, TemporaryDirectory } from '@millrace/harness';
import { ROOT } from '../../docs/support/markdown.ts';

const run = promisify(execFile);
const RUN_MS_MAX = 60_000;
const WARM_CLI = join(ROOT, 'test/examples/support/warm-cli.mjs');

/** Verbs that take `--yes`, by the reference: `|topics delete|queue purge|`. */
const ASKING = readFileSync(`${ROOT}/docs/reference/cli.md`, 'utf8')
  .split(/\n(?=### )/)
  .filter((section) => /^\| .*--yes/m.test(section))
  .map((section) => /^### (.*)/.exec(section)?.[1] ?? '')
  .join('|');

/** Says yes where it would ask, and ends what would look for ever. */
const CLI = `#!/usr/bin/env bash
real=(${process.execPath} ${ROOT}/cli/dist/bin.js)
if [[ " $* " == *' --watch '* ]]; then
  timeout --signal=INT 3 "\${real[@]}" "$@" && exit 0
  code=$?
  # 130: it ended as by Ctrl-C.
  [ $code -eq 124 ] || [ $code -eq 130 ] && exit 0
  exit $code
fi
if [[ '|${ASKING}|' == *"|$1 $2|"* ]]; then set -- "$@" --yes; fi
if [[ "$1" == produce ]]; then exec "\${real[@]}" "$@"; fi
exec 3<> "/dev/tcp/127.0.0.1/$WARM_CLI_PORT"
printf '%s\\0' $# "$@" >&3
read -r code <&3
cat "$WARM_CLI_FOLDER/out"
cat "$WARM_CLI_FOLDER/err" >&2
exit "$code"
`;

export class Shell {
  readonly directory = new TemporaryDirectory('millrace-page-');
  readonly #environment: Record<string, string>;
  readonly #replacements: readonly (readonly [string, string])[];
  #cli: ChildProcess | undefined;

  static async start(
    server: MillraceProcess,
    replacements: readonly (readonly [string, string])[] = [],
  ): Promise<Shell> {
    const shell = new Shell(server, replacements);
    await shell.#startCli();
    return shell;
  }

  private constructor(
    server: MillraceProcess,
    replacements: readonly (readonly [string, string])[],
  ) {
    const bin = join(this.directory.path, 'bin');
    mkdirSync(bin);
    const port = (url: string) => url.split(':').at(-1) ?? '';
    this.#program('broker-cli', CLI);
    this.#program('npx', '#!/usr/bin/env bash\nexec "$@"\n');
    for (const [name, file] of [
      ['millrace-broker', 'broker/dist/bin.js'],
      ['millrace-gateway', 'gateway/dist/bin.js'],
    ] as const) {
      this.#program(name, `#!/usr/bin/env bash\nexec ${process.execPath} ${ROOT}/${file} "$@"\n`);
    }
    this.#replacements = [
      ['127.0.0.1:7650', server.address],
      ['127.0.0.1:7651', `127.0.0.1:${port(server.httpUrl)}`],
      ["'@millrace/client'", `'${pathToFileURL(`${ROOT}/client/dist/index.js`).href}'`],
      ["'@millrace/protocol'", `'${pathToFileURL(`${ROOT}/protocol/dist/index.js`).href}'`],
      ...replacements,
    ];
    this.#environment = {
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      HOME: this.directory.path,
      MILLRACE_BROKER: server.address,
      NO_COLOR: '1',
    };
  }

  /** In the folder in which the commands run: they name files by relative paths. */
  async #startCli(): Promise<void> {
    const { path } = this.directory;
    const folder = join(path, 'bin');
    this.#cli = spawn(process.execPath, [WARM_CLI, folder], {
      cwd: path,
      env: this.#environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [port] = (await once(this.#cli.stdout ?? this.#cli, 'data')) as [Buffer];
    this.#environment['WARM_CLI_PORT'] = port.toString().trim();
    this.#environment['WARM_CLI_FOLDER'] = folder;
  }

  /** Ends what it started, and takes its folder away. */
  async close(): Promise<void> {
    const cli = this.#cli;
    if (cli !== undefined && cli.exitCode === null) {
      cli.stdin?.end();
      await once(cli, 'exit');
    }
    this.directory.remove();
  }

  #program(name: string, text: string): void {
    const file = join(this.directory.path, 'bin', name);
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }

  /** What it prints. Rejects where a command fails. */
  async commands(text: string): Promise<string> {
    const { stdout } = await this.#run('bash', [
      '--norc',
      '-euo',
      'pipefail',
      '-c',
      this.#here(text),
    ]);
    return stdout;
  }

  /** What the program prints; it says nothing on stderr. */
  async program(text: string): Promise<string> {
    const file = join(this.directory.path, 'program.mjs');
    writeFileSync(file, this.#here(text));
    const { stdout, stderr } = await this.#run(process.execPath, [file]);
    if (stderr !== '') throw new Error(stderr);
    return stdout;
  }

  #here(text: string): string {
    return this.#replacements.reduce((all, [from, to]) => all.replaceAll(from, to), text);
  }

  async #run(file: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const { path } = this.directory;
    return run(file, args, { cwd: path, env: this.#environment, timeout: RUN_MS_MAX });
  }
}
