/**
 * Interfaces that lie on others and are no bundles: what all kinds of them have in common. Configuration files, the
 * state that a crash leaves, `apply` and its undoing are made from this, once for all kinds.
 */
import type { LinkEvent } from '../../aggregator/io.js';
import type { DatapathChoice } from '../../drivers/datapath-choice.js';

/** One interface, as a configuration says it: each option of its kind as canonical text, defaults included. */
export interface LayerItem {
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
}

export interface LayerOption {
  readonly name: string;
  /** As in `name: SYNTAX`. */
  readonly syntax: string;
  /** One sentence without full stop. */
  readonly help: string;
  /** Canonical text of the default; undefined: it must be given. */
  readonly fallback?: string | undefined;
}

/** What can be said of a kind without a daemon; pure. */
export interface LayerKind {
  /** Key at the top of a configuration file, and in the state: `aliases`. */
  readonly key: string;
  /** One of them, in words: `alias`. */
  readonly noun: string;
  /** One sentence without full stop. */
  readonly help: string;
  /** A line of a file, for refusals: `eth0:0: 192.0.2.1/24`. */
  readonly example: string;
  /** In the order of printing; the first may stand alone in place of a map. */
  readonly options: readonly LayerOption[];
  /** Name of the interface that it lies on, where it is a device of its own, which others can lie on. */
  lower?(item: LayerItem): string | undefined;
  /** What a user wrote. Throws a `Refusal`. */
  parse(name: string, options: Readonly<Record<string, string>>): LayerItem;
}

export interface Layer {
  readonly kind: LayerKind;
  /** What is configured, be it there or waiting for what it lies on; in the order to be made. */
  items(): readonly LayerItem[];
  /**
   * Each of these is done wholly, or throws (`Refusal`, `SysError`) with nothing changed. `wait`: where that on which it
   * lies is not there, it is made when that comes.
   */
  make(item: LayerItem, how: { readonly wait: boolean }): Promise<void>;
  change(item: LayerItem): Promise<void>;
  remove(name: string): Promise<void>;
  /** Items of a daemon before us, which may still be in the kernel. One that cannot be had is told in the log. */
  takeUp(items: readonly LayerItem[]): Promise<void>;
  linkEvent(event: LinkEvent): void;
  /** Frames are forwarded elsewhere from now on. */
  datapathChosen?(choice: DatapathChoice): void;
  /** Another program of this process takes over: what only a process can hold is given up, the rest stays. */
  leave(): Promise<void>;
  /** The orderly end: nothing stays. */
  stop(): Promise<void>;
}
