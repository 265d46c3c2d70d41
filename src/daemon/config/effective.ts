/** `vethcfg show --effective`: every value in force with its origin. */
import { z } from 'zod';
import { DEFAULT_AGGREGATOR, DEFAULT_PORT, hashSpec } from '../../aggregator/settings.js';
import type { AggregatorStatus, PortStatus } from '../../aggregator/status.js';
import type { DatapathChoice } from '../../drivers/datapath-choice.js';
import { DAEMON_NAME, DAEMON_OPTIONS, DATAPATH_OPTION } from '../daemon-options.js';
import { OPTIONS, type OptionSide } from '../options.js';
import type { ConfiguredInterface, ConfiguredPort } from './model.js';
import { type Origin, type Origins, originSchema } from './origins.js';

const optionSchema = z.looseObject({
  option: z.string(),
  /** The value in force, as it would be written. */
  value: z.string(),
  /** What is configured, where that is `auto` and the value in force is known. */
  configured: z.string().optional(),
  origin: originSchema,
  /** Why `auto` came to this and not to something better, or what is less about it. */
  reason: z.string().optional(),
});

/** `waiting`: configured, but the link (of an interface: its first port) is not there yet. */
const state = z.enum(['present', 'waiting']);

export const effectiveInterface = z.looseObject({
  name: z.string(),
  state,
  options: z.array(optionSchema),
  ports: z.array(z.looseObject({ name: z.string(), state, options: z.array(optionSchema) })),
});

/** Of vethd itself. */
export const effectiveDaemon = z.looseObject({ options: z.array(optionSchema) });

export type EffectiveDaemon = z.infer<typeof effectiveDaemon>;
export type EffectiveInterface = z.infer<typeof effectiveInterface>;
export type EffectiveOption = z.infer<typeof optionSchema>;

/** What the engine and the kernel make of `auto`; undefined where the interface is not made yet. */
export interface Actual {
  readonly status: AggregatorStatus;
  readonly mtu: number;
}

/** `shown`: what has become of the choice; `argument`: what the command line of vethd says. */
export function effectiveDaemonOf(
  {
    kind,
    choice,
    reason,
    netAliasMax,
  }: {
    readonly kind: string;
    readonly choice: DatapathChoice;
    readonly reason?: string | undefined;
    readonly netAliasMax: number;
  },
  argument: DatapathChoice | undefined,
  origins: Origins,
): EffectiveDaemon {
  const origin = origins.ofDatapath(choice, argument);
  const why = reason === undefined ? {} : { reason };
  const option = DATAPATH_OPTION.name;
  const others = DAEMON_OPTIONS.filter((each) => each !== DATAPATH_OPTION).map(({ name, fallback, print }) => {
    const value = print({ netAliasMax }) ?? fallback;
    return { option: name, value, origin: origins.of(value, fallback, DAEMON_NAME, undefined, name) };
  });
  if (kind === choice) return { options: [{ option, value: kind, origin, ...why }, ...others] };
  const worked: Origin = origin.kind === 'default' ? { kind: 'auto' } : origin;
  return { options: [{ option, value: kind, configured: choice, origin: worked, ...why }, ...others] };
}

export function effectiveOf(
  each: ConfiguredInterface,
  actual: Actual | undefined,
  origins: Origins,
): EffectiveInterface {
  const { name, settings, ports } = each;
  const resolved =
    actual === undefined
      ? settings
      : {
          ...settings,
          systemId: actual.status.systemId,
          key: actual.status.key,
          mac: actual.status.mac,
          mtu: actual.mtu,
          mode: actual.status.mode,
          hash: hashSpec(settings).policy,
        };
  return {
    name,
    state: actual === undefined ? 'waiting' : 'present',
    options: OPTIONS.flatMap((option) =>
      option.aggregator === undefined
        ? []
        : effectiveOption(option.name, option.aggregator, settings, resolved, DEFAULT_AGGREGATOR, (value, fallback) =>
            origins.of(value, fallback, name, undefined, option.name),
          ),
    ),
    ports: ports.map((port) => ({
      name: port.name,
      ...effectivePort(
        { ...each, settings: resolved },
        port,
        actual?.status.ports.find((candidate) => candidate.name === port.name),
        origins,
      ),
    })),
  };
}

function effectivePort(
  { name: veth, settings: ofInterface }: ConfiguredInterface,
  { name, settings }: ConfiguredPort,
  status: PortStatus | undefined,
  origins: Origins,
): Pick<EffectiveInterface['ports'][number], 'state' | 'options'> {
  const resolved = {
    ...settings,
    agg_wc: settings.agg_wc ?? ofInterface.agg_wc,
    key: settings.key ?? ofInterface.key,
    speed: settings.speed ?? status?.speed,
  };
  return {
    state: status === undefined ? 'waiting' : 'present',
    options: OPTIONS.flatMap((option) =>
      option.port === undefined
        ? []
        : effectiveOption(option.name, option.port, settings, resolved, DEFAULT_PORT, (value, fallback) =>
            origins.of(value, fallback, veth, name, option.name),
          ),
    ),
  };
}

function effectiveOption<Settings>(
  option: string,
  side: OptionSide<Settings>,
  settings: Settings,
  resolved: Settings,
  defaults: Settings,
  originOf: (value: string, fallback: string) => Origin,
): EffectiveOption[] {
  const configured = side.print(settings);
  const value = side.print(resolved);
  const origin = originOf(configured, side.print(defaults));
  // Only `auto` becomes something else.
  if (value === configured || configured !== 'auto') return [{ option, value: configured, origin }];
  const worked: Origin = { kind: option === 'speed' ? 'kernel' : 'auto' };
  return [{ option, value, configured, origin: origin.kind === 'default' ? worked : origin }];
}
