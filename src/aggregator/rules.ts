import { isStatic, type ModeInForce, oneCarries } from './mode.js';
import type { AggregatorSettings } from './settings.js';

/** The settings as the mode lets them act. */
export function rulesOf(settings: AggregatorSettings, mode: ModeInForce): AggregatorSettings {
  if (!isStatic(mode)) return settings;
  const { maxLinks } = settings;
  const without = { lacp: 'off', fallback: 'none', farewell: 'none', lacpVersion: 1 } as const;
  return { ...settings, ...without, maxLinks: oneCarries(mode) ? 1 : maxLinks };
}
