// A running Prometheus, asked over its API, and promtool.

import { spawnSync } from 'node:child_process';

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

export interface RuleState {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
  readonly alerts?: readonly {
    readonly state: string;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

export const isInstalled = ['prometheus', 'promtool'].every(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);

/** What promtool says, and its exit code. */
export function promtool(
  args: readonly string[],
  input = '',
): { code: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return { code: status, text: stdout + stderr };
}

export class Prometheus {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Samples with a number; rejects with what is wrong with the query. */
  async query(expr: string): Promise<readonly Sample[]> {
    const { result } = await this.#ask<{ result: readonly Sample[] }>('query', { query: expr });
    return result.filter(({ value }) => Number.isFinite(Number(value[1])));
  }

  async rules(): Promise<readonly RuleState[]> {
    const { groups } = await this.#ask<{ groups: readonly { rules: readonly RuleState[] }[] }>(
      'rules',
    );
    return groups.flatMap(({ rules }) => rules);
  }

  /** Targets by job, with what went wrong with the last scrape. */
  async targets(): Promise<readonly { scrapePool: string; health: string; lastError: string }[]> {
    const { activeTargets } = await this.#ask<{
      activeTargets: readonly { scrapePool: string; health: string; lastError: string }[];
    }>('targets');
    return activeTargets;
  }

  async #ask<T>(path: string, fields: Readonly<Record<string, string>> = {}): Promise<T> {
    const query = new URLSearchParams(fields);
    const reply = await fetch(`${this.#url}/api/v1/${path}?${query.toString()}`);
    const body = (await reply.json()) as { status: string; error?: string; data: T };
    if (body.status !== 'success')
      throw new Error(`${body.error ?? body.status}: ${fields['query'] ?? path}`);
    return body.data;
  }
}
