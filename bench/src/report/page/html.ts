// HTML as text that knows what it is: whatever is put into it is escaped, unless it is HTML already.

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Piece = Html | string | number | readonly Html[] | null;

/** A template with its values escaped; a list of HTML goes in one after the other, null goes nowhere. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  const filled = parts.flatMap((part, at) => [part, at < pieces.length ? textOf(pieces[at]) : '']);
  return new Html(filled.join(''));
}

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function textOf(piece: Piece | undefined): string {
  if (piece === undefined || piece === null) return '';
  if (piece instanceof Html) return piece.text;
  if (typeof piece === 'object') return piece.map(({ text }) => text).join('\n');
  return escapeHtml(String(piece));
}
