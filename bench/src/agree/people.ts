// An agreement for people: a line for each kind of figure, and every figure that lies further apart.

import { formatFigure } from '../format.ts';
import type { Pace } from '../measure/pace.ts';
import { tableText } from '../report/table-text.ts';
import type { AgreedFigure, AgreedKind, Agreement } from './agree.ts';

export function agreementText(agreement: Agreement): string {
  const { within, figures, kinds, unmatched, differences, paces } = agreement;
  const apart = figures.filter(({ isWithin }) => !isWithin).toSorted((a, b) => b.apart - a.apart);
  const share = percent(within, 0);
  const sections = [
    tableText(['', 'figures', `within ${share}`, 'median difference'], kinds.map(kindRow)),
    ...paceSection(paces),
    ...(apart.length === 0
      ? []
      : [tableText(['further apart', 'first', 'second', 'difference'], apart.map(figureRow))]),
    ...unmatched.map((name) => `In one run only: ${name}`),
    ...differences.map((text) => `Not the same machine or version: ${text}`),
    `${figures.length - apart.length} of ${figures.length} figures agree within ${share}.`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function kindRow({ kind, figures, within, medianApart }: AgreedKind): string[] {
  return [kind, String(figures), String(within), percent(medianApart)];
}

function figureRow({ name, first, second, apart }: AgreedFigure): string[] {
  return [name, formatFigure(first), formatFigure(second), percent(apart)];
}

function paceSection([first, second]: Agreement['paces']): string[] {
  if (first === null || second === null) return [];
  const row = (title: string, field: keyof Pace) => {
    return [title, first[field].toFixed(3), second[field].toFixed(3)];
  };
  const rows = [
    row('a fixed computation, ms', 'computationMs'),
    row('a flushed write, ms', 'flushedWriteMs'),
  ];
  return [tableText(['the machine', 'first', 'second'], rows)];
}

function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)} %`;
}
