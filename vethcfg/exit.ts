/** How `vethcfg` ends. */

/**
 * 0 done, 1 refused by vethd (or a device failed a case of conform, or a file cannot be used), 2 usage, 3 vethd not
 * reachable; of replay: 4 a capture is damaged, 5 nobody speaks LACP in it; of simulate:
 * 6 something was not as the scenario expects.
 */
export const EXIT = { done: 0, refused: 1, usage: 2, unreachable: 3, damaged: 4, silent: 5, unexpected: 6 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each says, for help and manual page. */
export const EXIT_CODES: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [EXIT.done, 'done'],
  [EXIT.refused, 'refused'],
  [EXIT.usage, 'usage'],
  [EXIT.unreachable, 'vethd not reachable'],
  [EXIT.damaged, 'replay: damaged capture'],
  [EXIT.silent, 'replay: no LACP in it'],
  [EXIT.unexpected, 'simulate: not as expected'],
];
