import { isStatic, type ModeInForce, oneCarries } from './mode.js';
import type { AggregatorSettings } from './settings.js';

function mostLinks({ maxLinks }: AggregatorSettings, mode: ModeInForce): number {
  if (mode === 'bridge') return Number.POSITIVE_INFINITY;
  return oneCarries(mode) ? 1 : maxLinks;
}

/** The settings as the mode lets them act. */
export function rulesOf(settings: AggregatorSettings, mode: ModeInForce): AggregatorSettings {
  if (!isStatic(mode)) return settings;
  const without = { lacp: 'off', fallback: 'none', farewell: 'none', lacpVersion: 1 } as const;
  return { ...settings, ...without, maxLinks: mostLinks(settings, mode) };
}
