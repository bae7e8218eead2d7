// The one way to say that a command line is wrong.

/** One line says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
