// What must hold of a transformer's outputs: each input has led to exactly as many as it should, with its amount.

interface Amount {
  readonly amount: number;
}

/** Inputs and outputs by the place of the input. What is wrong, in words. */
export function compareAmounts(
  inputs: ReadonlyMap<string, readonly Amount[]>,
  outputs: ReadonlyMap<string, readonly Amount[]>,
  isWanted: (amount: number) => boolean,
): string[] {
  const wrong: string[] = [];
  for (const [from, [input]] of inputs) {
    const made = outputs.get(from) ?? [];
    const wanted = isWanted(input?.amount ?? 0) ? 1 : 0;
    if (made.length !== wanted) wrong.push(`${from} has ${made.length} outputs`);
    if (made.some(({ amount }) => amount !== input?.amount)) wrong.push(`${from} has another sum`);
  }
  for (const from of outputs.keys()) if (!inputs.has(from)) wrong.push(`${from} is no input`);
  return wrong;
}
