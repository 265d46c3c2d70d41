/** What vethd sends: states and the journal, as they come; the connection is made again whenever it breaks. */
import type { JournalPart, StateDocument } from '../src/daemon/http/documents.js';

export interface Listener {
  state(state: StateDocument): void;
  /** `anew`: this is the first part of a connection, which begins again with what is kept. */
  journal(part: JournalPart, anew: boolean): void;
  /** Whether vethd is heard. */
  connected(live: boolean): void;
}

/** A state comes every second; after so long without one the connection is taken for dead. */
const SILENCE_MS = 15_000;
const AGAIN_MS = 1_000;

export function listen(listener: Listener): void {
  const source = new EventSource('/api/live');
  let anew = true;
  let watchdog = window.setTimeout(again, SILENCE_MS);
  const heard = () => {
    window.clearTimeout(watchdog);
    watchdog = window.setTimeout(again, SILENCE_MS);
    listener.connected(true);
  };
  function again(): void {
    window.clearTimeout(watchdog);
    source.close();
    listener.connected(false);
    window.setTimeout(() => listen(listener), AGAIN_MS);
  }
  source.addEventListener('state', ({ data }: MessageEvent<string>) => {
    heard();
    listener.state(JSON.parse(data)); // of the vethd that this page came from
  });
  source.addEventListener('journal', ({ data }: MessageEvent<string>) => {
    heard();
    listener.journal(JSON.parse(data), anew);
    anew = false;
  });
  source.addEventListener('error', again);
}
