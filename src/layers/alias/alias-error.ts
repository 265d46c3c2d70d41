/** Why something cannot be done with an alias. `code` is the errno that net_alias 0.50 answered with. */
export type AliasErrno = 'EINVAL' | 'EIO' | 'ENODEV' | 'EEXIST';

export class AliasError extends Error {
  override readonly name = 'AliasError';

  constructor(
    readonly code: AliasErrno,
    /** What is wrong, as the user named it. */
    readonly thing: string,
    readonly problem: string,
    readonly repair: string,
  ) {
    super(`${thing}: ${problem}; ${repair}`);
  }
}
