/** The user asked for something that cannot be: nothing was changed, and the message says what would be right. */
export interface RefusalParts {
  /** What is wrong, as the user named it: `eth9`, `rate=quick`. */
  readonly thing: string;
  /** Why, without a full stop: `not a rate`. */
  readonly problem: string;
  /** What to do instead: `say rate=fast or rate=slow`. */
  readonly repair?: string;
  /** The value that is refused, where the thing is an option or a setting. */
  readonly value?: string;
}

/**
 * Thrown by the daemon for user errors; the control server answers with it, `vethcfg` prints it and exits with 1.
 *
 *     throw new Refusal({ thing: 'eth9', problem: 'no such interface', repair: 'see `ip link`' });
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly thing: string;
  readonly problem: string;
  readonly value: string | undefined;
  readonly repair: string | undefined;

  constructor(parts: RefusalParts) {
    super(`${parts.thing}: ${parts.problem}${parts.repair === undefined ? '' : `; ${parts.repair}`}`);
    this.thing = parts.thing;
    this.problem = parts.problem;
    this.value = parts.value;
    this.repair = parts.repair;
  }
}
