import type { Screen } from './top/screen.js';

/** What vethcfg touches of the outside, beside the control socket. */
export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Standard output is a terminal that wants colours. */
  readonly coloured: boolean;
  /** Standard error is a terminal. */
  readonly terminal: boolean;
  /** For a view that takes the whole terminal; undefined: standard input or output is none. */
  readonly screen: Screen | undefined;
  stdout(text: string): void;
  stderr(text: string): void;
  /** Calls back at the first Ctrl-C (SIGINT or SIGTERM) instead of dying; the second one kills. Returns the undoing. */
  onInterrupt(callback: () => void): () => void;
}
