/** How a case ends. */
export type Verdict =
  | { readonly kind: 'pass' }
  | { readonly kind: 'fail'; readonly expected: string; readonly seen: string }
  | { readonly kind: 'not-applicable'; readonly why: string };

/** The device did otherwise than expected: ends the case. */
export class CaseFailure extends Error {
  override readonly name = 'CaseFailure';
  constructor(
    readonly expected: string,
    readonly seen: string,
  ) {
    super(`expected ${expected}; seen ${seen}`);
  }
}

/** The case cannot be run against this device: ends the case. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}
