/** What is configured but cannot be yet: ports whose link is not there, interfaces without their first port. */
import { z } from 'zod';
import type { AggregatorSettings } from '../../aggregator/settings.js';
import { aggregatorSettings, portSettings } from '../status-schema.js';
import type { ConfiguredInterface, ConfiguredPort } from './model.js';

export const waitingSchema = z.object({
  interfaces: z.array(z.object({ name: z.string(), settings: aggregatorSettings })),
  ports: z.array(z.object({ name: z.string(), veth: z.string(), settings: portSettings })),
});
type Saved = z.infer<typeof waitingSchema>;

export interface WaitingPort extends ConfiguredPort {
  readonly veth: string;
}

export class Waiting {
  #interfaces = new Map<string, AggregatorSettings>();
  #ports = new Map<string, WaitingPort>();

  get ports(): readonly WaitingPort[] {
    return [...this.#ports.values()];
  }

  get interfaces(): readonly ConfiguredInterface[] {
    return [...this.#interfaces].map(([name, settings]) => ({ name, settings, ports: this.portsOf(name) }));
  }

  port(name: string): WaitingPort | undefined {
    return this.#ports.get(name);
  }

  portsOf(veth: string): readonly ConfiguredPort[] {
    return this.ports.filter((port) => port.veth === veth).map(({ name, settings }) => ({ name, settings }));
  }

  /** Settings of an interface that is not made yet. */
  settingsOf(veth: string): AggregatorSettings | undefined {
    return this.#interfaces.get(veth);
  }

  /** Everything that is configured waits, but for what there is already. */
  replace(
    desired: readonly ConfiguredInterface[],
    isMade: (veth: string) => boolean,
    isAttached: (port: string, veth: string) => boolean,
  ): void {
    const interfaces = desired.filter(({ name }) => !isMade(name));
    this.#interfaces = new Map(interfaces.map(({ name, settings }) => [name, settings]));
    const ports = desired.flatMap((each) => each.ports.map((port) => ({ ...port, veth: each.name })));
    this.#ports = new Map(ports.filter(({ name, veth }) => !isAttached(name, veth)).map((port) => [port.name, port]));
  }

  /** What is there does not wait any more. */
  settle(isMade: (veth: string) => boolean, isAttached: (port: string) => boolean): void {
    for (const veth of this.#interfaces.keys()) if (isMade(veth)) this.#interfaces.delete(veth);
    for (const port of this.#ports.keys()) if (isAttached(port)) this.#ports.delete(port);
  }

  /** The user wants it no more; whether anything waited. Without `port`: the interface and all its ports. */
  drop(veth: string, port?: string): boolean {
    if (port !== undefined) return this.#ports.get(port)?.veth === veth && this.#ports.delete(port);
    const ports = this.ports.filter((candidate) => candidate.veth === veth);
    for (const { name } of ports) this.#ports.delete(name);
    return this.#interfaces.delete(veth) || ports.length > 0;
  }

  get saved(): Saved {
    return {
      interfaces: [...this.#interfaces].map(([name, settings]) => ({ name, settings })),
      ports: [...this.#ports.values()],
    };
  }

  restore(saved: Saved): void {
    this.#interfaces = new Map(saved.interfaces.map(({ name, settings }) => [name, settings]));
    this.#ports = new Map(saved.ports.map((port) => [port.name, port]));
  }
}
