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

/** What has to be escaped, and what XML 1.0 cannot hold at all: that becomes U+FFFD. Flag `u` spares pairs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const SPECIAL = /[&<>"'\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/gu;

export function escapeXml(text: string): string {
  return text.replace(SPECIAL, (sign) => ENTITIES[sign] ?? '\ufffd');
}
