/** What vethcfg touches of the outside, beside the control socket. */
export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Standard output is a terminal that wants colours. */
  readonly coloured: boolean;
  stdout(text: string): void;
  stderr(text: string): void;
}
