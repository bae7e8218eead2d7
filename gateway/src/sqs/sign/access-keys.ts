// Who may sign: access keys and their secrets, wherever they are kept.

export interface AccessKeys {
  /** Undefined: nobody has this key. */
  secretOf(accessKeyId: string): string | undefined;
}
