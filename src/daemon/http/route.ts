/** What the HTTP server of vethd answers with: the table of routes is made of these. */

/** A whole answer. */
export interface HttpDocument {
  /** Content-Type. */
  readonly type: string;
  readonly body: string | Uint8Array;
}

export interface DocumentRoute {
  /** `/metrics`: the whole path, without a query. */
  readonly path: string;
  /**
   * So long (ms) an answer is given again to whoever asks, before another is made: making it takes time from LACP.
   * Undefined: it never changes.
   */
  readonly maxAgeMs: number | undefined;
  readonly answer: () => HttpDocument;
}

/** Server-sent events. */
export interface StreamRoute {
  readonly path: string;
  /** A client has come. Gives what is to be done when it has gone. */
  readonly open: (client: StreamClient) => () => void;
}

export interface StreamClient {
  /** False: it has not read yet what it was sent; better send it nothing now. */
  readonly ready: boolean;
  /** Resolves when the client is ready, or has gone. */
  readonly readyAgain: () => Promise<void>;
  /** Sends one event; `data` is one line. */
  send(event: string, data: string): void;
}

export type Route = DocumentRoute | StreamRoute;

export const json = (value: unknown): HttpDocument => ({
  type: 'application/json; charset=utf-8',
  body: JSON.stringify(value),
});
