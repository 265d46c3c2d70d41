/** All that can be asked for over HTTP: the page, and what programs read. */
import { hostname } from 'node:os';
import type { Daemon } from '../daemon.js';
import type { EventJournal } from '../event-journal.js';
import { metrics } from '../metrics/metrics.js';
import { METRICS_TYPE } from '../metrics/text.js';
import type { StateDocument } from './documents.js';
import { Live } from './live.js';
import { pageFiles } from './page-files.js';
import { json, type Route } from './route.js';

/** Whoever asks for the state, and as often as they like: it is made twice a second at most. */
const STATE_MS = 500;
/** Prometheus asks every few seconds at most. */
const METRICS_MS = 1_000;

export interface Routes {
  readonly routes: readonly Route[];
  /** Something that is shown has changed. */
  readonly changed: () => void;
}

export function httpRoutes(daemon: Daemon, events: EventJournal): Routes {
  const state = (): StateDocument => ({
    at: performance.now(),
    time: Date.now(),
    machine: hostname(),
    show: daemon.show({}),
    why: daemon.why({}),
  });
  const live = new Live({ events, state: () => JSON.stringify(state()) });
  return {
    routes: [
      ...pageFiles(),
      { path: '/api/state', maxAgeMs: STATE_MS, answer: () => json(state()) },
      {
        path: '/metrics',
        maxAgeMs: METRICS_MS,
        answer: () => ({ type: METRICS_TYPE, body: metrics(daemon.show({}), daemon.why({})) }),
      },
      live.route,
    ],
    changed: live.changed,
  };
}
