// The files of deploy/prometheus as data, and the entries of the runbook by name.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const DEPLOY = `${ROOT}deploy/`;

export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
}

const FOLDER = `${DEPLOY}prometheus/rules/`;

export const RULES: readonly Rule[] = readdirSync(FOLDER).flatMap((file) =>
  (parse(readFileSync(FOLDER + file, 'utf8')) as RuleFile).groups.flatMap(({ rules }) => rules),
);

export const ALERTS = RULES.filter((rule): rule is Rule & { readonly alert: string } => {
  return rule.alert !== undefined;
});

/** MillraceBrokerDown is `broker-down`. */
export function entryOf(alert: string): string {
  return alert
    .replace(/^Millrace/, '')
    .replaceAll(/(?!^)[A-Z]/g, (letter) => `-${letter}`)
    .toLowerCase();
}

export function runbookEntries(): Map<string, string> {
  const page = readFileSync(`${ROOT}docs/runbook.md`, 'utf8');
  const found = page.matchAll(/^## ([a-z-]+)\n([\s\S]*?)(?=^#)/gm);
  return new Map([...found].map(([, name = '', text = '']) => [name, text]));
}
