/** A configuration as YAML that `readConfiguration` reads back to the same; what has its default is left out. */
import { Document, type YAMLMap } from 'yaml';
import { DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../../aggregator/settings.js';
import { DAEMON_OPTIONS } from '../daemon-options.js';
import { LAYER_KINDS } from '../layers/kinds.js';
import type { LayerItems } from '../layers/layers.js';
import { OPTIONS } from '../options.js';
import { writeLayer } from './layers.js';
import type { Configuration, ConfiguredInterface, ConfiguredPort } from './model.js';

const HEAD = ' Configuration of vethd, see vethd.yaml(5). Options that are not named have their defaults.';

export function writeConfiguration({ interfaces, layers = {}, ...ofDaemon }: Configuration): string {
  const document = new Document({
    ...Object.fromEntries(daemonOptions(ofDaemon)),
    // Maps keep their order also where a name is a number, which objects do not.
    interfaces: new Map(interfaces.map((each) => [each.name, interfaceMap(each)])),
    ...layerMaps(layers),
  });
  document.commentBefore = HEAD;
  for (const { name, ports } of interfaces) {
    for (const port of ports) {
      // One line a port is easier to read than one line an option.
      (document.getIn(['interfaces', name, 'ports', port.name]) as YAMLMap).flow = true;
    }
  }
  return document.toString({ lineWidth: 0 });
}

function daemonOptions(settings: Omit<Configuration, 'interfaces' | 'layers'>): [string, string | number][] {
  return DAEMON_OPTIONS.flatMap(({ name, fallback, print }) => {
    const value = print(settings);
    return value === undefined || value === fallback ? [] : [[name, plain(value)]];
  });
}

function layerMaps(layers: LayerItems): Record<string, Map<string, unknown>> {
  return Object.fromEntries(
    LAYER_KINDS.flatMap((kind) => {
      const items = layers[kind.key] ?? [];
      return items.length === 0 ? [] : [[kind.key, new Map(items.map((item) => [item.name, writeLayer(kind, item)]))]];
    }),
  );
}

function interfaceMap({ settings, ports }: ConfiguredInterface): Map<string, unknown> {
  const options = OPTIONS.flatMap(({ name, aggregator }) =>
    aggregator === undefined ? [] : [[name, aggregator.print(settings), aggregator.print(DEFAULT_AGGREGATOR)] as const],
  );
  return changed(options).set('ports', new Map(ports.map((port) => [port.name, portMap(port)])));
}

function portMap({ settings }: ConfiguredPort): Map<string, unknown> {
  return changed(
    OPTIONS.flatMap(({ name, port }) =>
      port === undefined ? [] : [[name, port.print(settings), port.print(DEFAULT_PORT)] as const],
    ),
  );
}

function changed(options: readonly (readonly [name: string, value: string, fallback: string])[]) {
  return new Map<string, unknown>(
    options.flatMap(([name, value, fallback]) => (value === fallback ? [] : [[name, plain(value)]])),
  );
}

/** Whole numbers are written without quotes. */
const plain = (text: string): string | number => (/^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : text);
