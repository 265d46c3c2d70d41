/** What net_alias must know of an address family: a net_alias_type. Nothing else here knows what an address is. */
export interface AddressType {
  /** AF_*. */
  readonly family: number;
  readonly name: string;
  /** Of an address. */
  readonly octets: number;
  /** The address as one 32-bit word, for the hash. */
  word(address: Uint8Array): number;
  /** Octets of an address as a user writes it; undefined: it is none of this family. */
  read(text: string): Uint8Array | undefined;
  /** For the table `aliases`; a type without it prints `-`. */
  print?(address: Uint8Array): string;
  /** Length of the network part where the user gives none. */
  defaultLength(address: Uint8Array): number;
}
