// Loops side by side: as many operations in flight as there are lanes.

/** Runs `step` again and again in each lane until it says false. Rejects with the first failure, the others stop. */
export async function runLanes(lanes: number, step: () => Promise<boolean>): Promise<void> {
  const state = { hasFailed: false };
  const lane = async () => {
    try {
      let goesOn = true;
      while (goesOn && !state.hasFailed) goesOn = await step();
    } catch (error) {
      state.hasFailed = true;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
