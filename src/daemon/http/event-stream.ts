/** One client of a stream of server-sent events; one that does not read is dropped. */
import type { ServerResponse } from 'node:http';
import type { StreamRoute } from './route.js';

/** `patienceMs`: so long what was sent may stay unread. */
export function openStream(response: ServerResponse, route: StreamRoute, patienceMs: number): void {
  let waiting: (() => void)[] = [];
  let unread: NodeJS.Timeout | undefined;
  const wake = () => {
    clearTimeout(unread);
    unread = undefined;
    for (const each of waiting.splice(0)) each();
  };
  response.on('drain', wake);
  // Says at once that the stream is there, and after how long (ms) to come again when it breaks.
  response.write('retry: 2000\n\n');
  const left = route.open({
    get ready() {
      return unread === undefined && !response.destroyed;
    },
    readyAgain: () =>
      new Promise((resolve) => {
        if (unread === undefined || response.destroyed) resolve();
        else waiting = [...waiting, resolve];
      }),
    send: (event, data) => {
      if (response.destroyed) return;
      if (response.write(`event: ${event}\ndata: ${data}\n\n`)) return;
      unread ??= setTimeout(() => response.destroy(), patienceMs).unref();
    },
  });
  response.on('close', () => {
    wake();
    left();
  });
}
