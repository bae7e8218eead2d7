// Grafana's dashboards as data: what a panel asks, and what of it Prometheus can be asked without Grafana.

import { readdirSync, readFileSync } from 'node:fs';
import { DEPLOY } from './rules.ts';

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit: string;
      readonly thresholds: { readonly steps: readonly { readonly value: number | null }[] };
    };
  };
  readonly links?: readonly { readonly url: string }[];
}

export interface Dashboard {
  readonly file: string;
  readonly text: string;
  readonly uid: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly links: readonly { readonly type: string; readonly url?: string }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: unknown }[];
  };
  readonly panels: readonly Panel[];
}

const FOLDER = `${DEPLOY}grafana/dashboards/`;

export const DASHBOARDS: readonly Dashboard[] = readdirSync(FOLDER).map((file) => {
  const text = readFileSync(FOLDER + file, 'utf8');
  return { file, text, ...(JSON.parse(text) as Omit<Dashboard, 'file' | 'text'>) };
});

/** Panels with queries; rows have none. */
export function asking({ panels }: Dashboard): readonly Panel[] {
  return panels.filter(({ type }) => type !== 'row');
}

/** As Grafana asks when everything is picked. */
export function queryOf(expr: string, rateInterval: string): string {
  const text = expr
    .replaceAll('$__rate_interval', rateInterval)
    .replaceAll(/"\$(?:instance|queue|topic|group)"/g, '".*"');
  const left = /\$(?!1)\w+/.exec(text);
  if (left !== null) throw new Error(`what is ${left[0]} in: ${expr}`);
  return text;
}
