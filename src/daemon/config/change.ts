/** The difference between two configurations, as data: what `vethcfg apply` shows and carries out. */
import { DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../../aggregator/settings.js';
import { DAEMON_NAME, DAEMON_OPTIONS } from '../daemon-options.js';
import { OPTIONS } from '../options.js';
import type { Change, OptionChange } from './change-schema.js';
import { layerChanges } from './layers.js';
import type { Configuration, ConfiguredInterface, ConfiguredPort } from './model.js';

/** In the order of the files: what is added or changed first, then what is removed. Empty when nothing differs. */
export function changesBetween(current: Configuration, desired: Configuration): Change[] {
  const before = byName(current.interfaces);
  const after = byName(desired.interfaces);
  return [
    ...daemonChanges(current, desired),
    ...desired.interfaces.flatMap((each) => changesOf(before.get(each.name), each)),
    ...current.interfaces.flatMap((each) => removalsOf(each, after.get(each.name))),
    ...layerChanges(current.layers, desired.layers),
  ];
}

/** Of vethd itself. What a file does not say stays. */
function daemonChanges(current: Configuration, desired: Configuration): Change[] {
  const options = DAEMON_OPTIONS.flatMap(({ name: option, print }): OptionChange[] => {
    const [from, to] = [print(current), print(desired)];
    if (to === undefined || from === to) return [];
    return [from === undefined ? { option, to } : { option, from, to }];
  });
  return options.length === 0 ? [] : [{ action: 'change', veth: DAEMON_NAME, options }];
}

function changesOf(current: ConfiguredInterface | undefined, desired: ConfiguredInterface): Change[] {
  const { name: veth } = desired;
  const options = interfaceOptions(current, desired);
  const ports = byName(current?.ports ?? []);
  return [
    ...(current === undefined
      ? [{ action: 'add' as const, veth, options }]
      : options.length > 0
        ? [{ action: 'change' as const, veth, options }]
        : []),
    ...desired.ports.flatMap((port): Change[] => {
      const former = ports.get(port.name);
      const differing = portOptions(former, port);
      if (former === undefined) return [{ action: 'add', veth, port: port.name, options: differing }];
      return differing.length > 0 ? [{ action: 'change', veth, port: port.name, options: differing }] : [];
    }),
  ];
}

function removalsOf(current: ConfiguredInterface, desired: ConfiguredInterface | undefined): Change[] {
  const kept = byName(desired?.ports ?? []);
  const ports = current.ports.filter((port) => !kept.has(port.name));
  const removal = { action: 'remove' as const, veth: current.name, options: [] };
  return [...ports.map((port) => ({ ...removal, port: port.name })), ...(desired === undefined ? [removal] : [])];
}

/** Values are compared as they are written, so an option added to the table is compared without a word here. */
function interfaceOptions(current: ConfiguredInterface | undefined, desired: ConfiguredInterface): OptionChange[] {
  return OPTIONS.flatMap(({ name, aggregator }) =>
    aggregator === undefined
      ? []
      : difference(
          name,
          aggregator.print(current?.settings ?? DEFAULT_AGGREGATOR),
          aggregator.print(desired.settings),
          current !== undefined,
        ),
  );
}

function portOptions(current: ConfiguredPort | undefined, desired: ConfiguredPort): OptionChange[] {
  return OPTIONS.flatMap(({ name, port }) =>
    port === undefined
      ? []
      : difference(
          name,
          port.print(current?.settings ?? DEFAULT_PORT),
          port.print(desired.settings),
          current !== undefined,
        ),
  );
}

function difference(option: string, from: string, to: string, existed: boolean): OptionChange[] {
  if (from === to) return [];
  return [existed ? { option, from, to } : { option, to }];
}

const byName = <T extends { readonly name: string }>(all: readonly T[]) =>
  new Map(all.map((each) => [each.name, each]));
