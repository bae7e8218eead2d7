// What was chosen among the options of a form. It draws nothing.

/** Which of the options a form's text is; undefined: none. */
export function optionOf<const O extends string>(
  options: readonly (readonly [O, string])[],
  text: string,
): O | undefined {
  return options.find(([option]) => option === text)?.[0];
}
