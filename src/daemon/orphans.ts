/**
 * Interfaces that the run directory says a daemon before us had, while the state that would let us take them up is of
 * no use: they wait without carrier for somebody to add a port, and keep their addresses and routes until then.
 */
import type { VirtualInterface } from '../aggregator/io.js';
import type { Mac } from '../lacp/variables.js';

export class Orphans {
  readonly #found = new Map<string, VirtualInterface>();

  constructor(private readonly adopt: (name: string) => VirtualInterface | undefined) {}

  get names(): ReadonlySet<string> {
    return new Set(this.#found.keys());
  }

  /** A name that was in use; nothing happens when there is no interface of ours under it any more. */
  note(name: string): void {
    const virtual = this.#found.has(name) ? undefined : this.adopt(name);
    if (virtual === undefined) return;
    virtual.setCarrier(false);
    this.#found.set(name, virtual);
  }

  /** Gives the interface of this name, if it is one, to its new owner. */
  take(name: string, { mac, mtu }: { readonly mac: Mac; readonly mtu: number }): VirtualInterface | undefined {
    const virtual = this.#found.get(name);
    this.#found.delete(name);
    virtual?.setMac(mac);
    virtual?.setMtu(mtu);
    return virtual;
  }

  /** At an orderly end: nobody wants them. */
  remove(): void {
    for (const virtual of this.#found.values()) virtual.remove();
    this.#found.clear();
  }
}
