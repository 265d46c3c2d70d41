/** Names of faults of wiring and of identity; how they are found out is in faults.ts. */
export const FAULTS = [
  /** Two ports of ours are joined. */
  'loop',
  /** Our own LACPDUs come back on the port that sent them. */
  'reflected',
  /** Another device uses our system identifier. */
  'duplicate-system',
  /** Two ports hear one port of a partner: two devices with one identity, or a hub. */
  'duplicate-partner',
  /** The ports of one interface lead to several partners, or to several groups of one. */
  'two-partners',
  /** We hear the partner, and it does not hear us. */
  'one-way',
  /** The partner speaks LACP, and the mode of the interface has none. */
  'lacp-ignored',
] as const;

export interface Fault {
  readonly kind: (typeof FAULTS)[number];
  /** Names of the ports of this interface that it concerns. */
  readonly ports: readonly string[];
  readonly text: string;
}
