/** Everything that can be counted, for Prometheus: docs/metrics.md lists it. */
import type { ShowResult, WhyResult } from '../messages.js';
import { mibFamilies } from './mib.js';
import { ownFamilies } from './own.js';
import { type Family, metricsText } from './text.js';

export const metricFamilies = (show: ShowResult, why: WhyResult): Family[] => [
  ...ownFamilies(show, why),
  ...mibFamilies(show.aggregators),
];

/** The text that `/metrics` of `vethd --http` answers, and `vethcfg metrics` prints. */
export const metrics = (show: ShowResult, why: WhyResult): string => metricsText(metricFamilies(show, why));
