// Text as XML carries it. Carriage returns go as a reference, for a parser would make line feeds of them and the MD5 sums
// that clients check would no longer agree.

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
};

/** All but what stands for itself: what is escaped, and what XML 1.0 cannot hold, which becomes U+FFFD. */
const SPECIAL = /[^\t\n !#-%(-;=?-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

export function escapeXml(text: string): string {
  return text.replace(SPECIAL, (sign) => ENTITIES[sign] ?? '\ufffd');
}
