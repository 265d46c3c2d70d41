/**
 * Whose an address is when several have it: the first that had it, until it gives it up. Among those that are seen for
 * the first time at once: the master, then slaves in their order. The host's own address cannot be taken from it, but
 * frames for it go to a slave that had it before.
 */

/** One that has addresses: the master or a slave, by its name. Addresses as text, one way to write each. */
export interface Claim {
  readonly name: string;
  readonly addresses: readonly string[];
}

export interface Duplicate {
  /** Who came second. */
  readonly name: string;
  readonly address: string;
  readonly owner: string;
}

export interface Grants {
  /** Address -> name. */
  readonly owners: ReadonlyMap<string, string>;
  readonly duplicates: readonly Duplicate[];
}

export const NO_GRANTS: Grants = { owners: new Map(), duplicates: [] };

/** `claims`: the master first. */
export function grant(former: Grants, claims: readonly Claim[]): Grants {
  const owners = new Map<string, string>();
  for (const { name, addresses } of claims) {
    for (const address of addresses) if (former.owners.get(address) === name) owners.set(address, name);
  }
  const duplicates: Duplicate[] = [];
  for (const { name, addresses } of claims) {
    for (const address of new Set(addresses)) {
      const owner = owners.get(address);
      if (owner === undefined) owners.set(address, name);
      else if (owner !== name) duplicates.push({ name, address, owner });
    }
  }
  return { owners, duplicates };
}
