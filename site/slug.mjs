// Anchors of headings as GitHub makes them. The site uses the same function, so that a link to a heading leads there in both.

/**
 * @param {string} heading its text, without marks
 * @returns {string} its anchor, but for the number that a second heading of the same text gets
 */
export function slugOf(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}
