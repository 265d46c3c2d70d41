/** `/api/live`: what the page shows, as it changes. Made once for all who follow, and not more often than LACP can spare. */
import type { EventJournal } from '../event-journal.js';
import type { StreamClient, StreamRoute } from './route.js';

export interface LiveOptions {
  readonly events: Pick<EventJournal, 'read'>;
  /** The document of `/api/state`, in one line. */
  readonly state: () => string;
  /** Milliseconds between two states while nothing happens. */
  readonly everyMs?: number;
}

/** Milliseconds from a change to the state that has it. */
const SOON_MS = 100;
/** Of the loop's time at most this part goes into states. */
const PART = 1 / 20;
/** Of the journal that is there already, so many entries are told to a newcomer. */
const LAST_ENTRIES = 300;

export class Live {
  readonly #clients = new Set<StreamClient>();
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | undefined;
  #due = 0;
  /** Not before this time. */
  #next = 0;
  #last: string | undefined;

  readonly route: StreamRoute = { path: '/api/live', open: (client) => this.#open(client) };

  constructor(private readonly options: LiveOptions) {
    this.#everyMs = options.everyMs ?? 1_000;
  }

  /** Something that is shown has changed. */
  readonly changed = (): void => {
    if (this.#clients.size > 0) this.#tellIn(SOON_MS);
  };

  #open(client: StreamClient): () => void {
    this.#clients.add(client);
    // A newcomer has the last one at once, unless it is too old.
    if (this.#timer === undefined || this.#last === undefined) this.#tellIn(0);
    else client.send('state', this.#last);
    const journal = this.options.events.read({ follow: true, json: false, last: LAST_ENTRIES });
    void this.#relay(client, journal);
    return () => {
      this.#clients.delete(client);
      void journal.return(undefined);
      if (this.#clients.size > 0) return;
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#last = undefined;
    };
  }

  async #relay(client: StreamClient, journal: ReturnType<EventJournal['read']>): Promise<void> {
    for await (const part of journal) {
      if (!this.#clients.has(client)) return;
      client.send('journal', JSON.stringify(part));
      await client.readyAgain();
    }
  }

  #tellIn(ms: number): void {
    const now = performance.now();
    const due = Math.max(now + ms, this.#next);
    if (this.#timer !== undefined && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#tell(), due - now).unref();
  }

  #tell(): void {
    this.#timer = undefined;
    const from = performance.now();
    this.#last = this.options.state();
    for (const client of this.#clients) if (client.ready) client.send('state', this.#last);
    const now = performance.now();
    this.#next = now + (now - from) / PART;
    this.#tellIn(this.#everyMs);
  }
}
