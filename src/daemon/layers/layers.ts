/** All layered interfaces of a daemon, for what it does with each kind alike. */
import type { LinkEvent } from '../../aggregator/io.js';
import type { DatapathChoice } from '../../drivers/datapath-choice.js';
import type { Log } from '../log.js';
import type { Layer, LayerItem } from './layer.js';

/** By the key of their kind. */
export type LayerItems = Readonly<Record<string, readonly LayerItem[]>>;

export class Layers {
  constructor(
    readonly all: readonly Layer[],
    private readonly log: Log,
  ) {}

  items(): LayerItems {
    return Object.fromEntries(this.all.map((layer) => [layer.kind.key, layer.items()]));
  }

  /** What the interface of this name lies on, when it is one of these. */
  lower(name: string): string | undefined {
    for (const { kind, items } of this.all.map((layer) => ({ kind: layer.kind, items: layer.items() }))) {
      const item = items.find((candidate) => candidate.name === name);
      if (item !== undefined) return kind.lower?.(item);
    }
    return undefined;
  }

  /** Names of those that lie on an interface. */
  above(name: string): string[] {
    return this.all.flatMap((layer) =>
      layer.items().flatMap((item) => (layer.kind.lower?.(item) === name ? [item.name] : [])),
    );
  }

  get(key: string): Layer | undefined {
    return this.all.find(({ kind }) => kind.key === key);
  }

  async takeUp(items: LayerItems): Promise<void> {
    for (const layer of this.all) await layer.takeUp(items[layer.kind.key] ?? []);
  }

  /** At start: one that cannot be made does not keep the others from it. */
  async makeAll(items: LayerItems): Promise<void> {
    for (const layer of this.all) {
      for (const item of items[layer.kind.key] ?? []) {
        await layer.make(item, { wait: true }).catch((error: unknown) => {
          this.log.error(`${item.name}: not made: ${error instanceof Error ? error.message : String(error)}`);
        });
      }
    }
  }

  linkEvent(event: LinkEvent): void {
    for (const layer of this.all) layer.linkEvent(event);
  }

  datapathChosen(choice: DatapathChoice): void {
    for (const layer of this.all) layer.datapathChosen?.(choice);
  }

  async leave(): Promise<void> {
    for (const layer of this.all) await layer.leave();
  }

  /** What was made last goes first: it may lie on others. */
  async stop(): Promise<void> {
    for (const layer of [...this.all].reverse()) await layer.stop();
  }
}
