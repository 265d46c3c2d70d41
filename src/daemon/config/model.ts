/** A configuration: what interfaces there shall be, with which ports and settings. Read from a file or from the host. */

import type { AggregatorSettings, PortSettings } from '../../aggregator/settings.js';
import type { DatapathChoice } from '../../drivers/datapath-choice.js';
import type { LayerItems } from '../layers/layers.js';

/** Where something stands in a file; both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface ConfiguredPort {
  readonly name: string;
  readonly settings: PortSettings;
}

export interface ConfiguredInterface {
  readonly name: string;
  readonly settings: AggregatorSettings;
  readonly ports: readonly ConfiguredPort[];
}

export interface Configuration {
  readonly interfaces: readonly ConfiguredInterface[];
  /** Where frames are forwarded; undefined: not said here. */
  readonly datapath?: DatapathChoice | undefined;
  /** Most aliases of an interface; undefined: not said here. */
  readonly netAliasMax?: number | undefined;
  /** Aliases and the like; what is absent is not wanted. */
  readonly layers?: LayerItems | undefined;
}

/** A configuration with the places it was read from. */
export interface FileConfiguration extends Configuration {
  /** As the user names the file. */
  readonly file: string;
  /** Of `veth0`, of its option `veth0 rate`, of its port `veth0/eth0`, of the port's option `veth0/eth0 speed`. */
  readonly places: ReadonlyMap<string, Place>;
}

/** Keys of `FileConfiguration.places` and of the record of origins. */
export const placeKey = (veth: string, port?: string, option?: string): string =>
  `${veth}${port === undefined ? '' : `/${port}`}${option === undefined ? '' : ` ${option}`}`;
