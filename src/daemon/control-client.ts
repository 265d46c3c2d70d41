/** One connection to the control socket: lines in, answers out, one request at a time in the order they came. */
import type { Socket } from 'node:net';
import { FileRefusal } from './config/problems.js';
import type { Log } from './log.js';
import { type Answer, type AnswerError, complaint, LONGEST_REQUEST, type Request, requestSchema } from './messages.js';
import { Refusal } from './refusal.js';

export interface ClientContext {
  readonly handle: (request: Request) => Promise<unknown>;
  readonly log: Log;
  readonly maxUnread: number;
  readonly unreadMs: number;
  /** True while a request of this client is being worked on or its answers are unread. */
  setBusy(busy: boolean): void;
}

/** How long a client that sent garbage may go on before the connection is cut. */
const FAREWELL_MS = 1_000;
const NEWLINE = 0x0a;

/** Serves `socket` until it ends. Never throws and never rejects. */
export function serveClient(socket: Socket, context: ClientContext): void {
  let pending: Buffer = Buffer.alloc(0);
  let working = false;
  let ended = false;
  let dismissed = false;
  let relaying = false;

  socket.on('data', (chunk) => {
    if (dismissed) return;
    pending = pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([pending, Buffer.from(chunk)]);
    if (relaying && pending.length > LONGEST_REQUEST) socket.pause();
    void work();
  });
  socket.on('end', () => {
    ended = true;
    void work();
  });

  /** Takes line after line; reading is paused meanwhile, so that a flood waits in the client. */
  async function work(): Promise<void> {
    if (working) return;
    working = true;
    socket.pause();
    for (let line = nextLine(); line !== undefined && !socket.destroyed && !dismissed; line = nextLine()) {
      context.setBusy(true);
      if (line.length > LONGEST_REQUEST) {
        dismiss(`a line longer than ${LONGEST_REQUEST} octets`);
      } else {
        await serveLine(line.toString('utf8'));
      }
    }
    if (pending.length > LONGEST_REQUEST && !dismissed) dismiss(`a line longer than ${LONGEST_REQUEST} octets`);
    context.setBusy(false);
    working = false;
    socket.resume();
    if (ended && !dismissed) socket.end();
  }

  function nextLine(): Buffer | undefined {
    const end = pending.indexOf(NEWLINE);
    if (end < 0) return undefined;
    const line = pending.subarray(0, end);
    pending = pending.subarray(end + 1);
    return line;
  }

  async function serveLine(line: string): Promise<void> {
    const read = readRequest(line);
    if (read.kind === 'garbage') return dismiss(read.problem);
    const answer = read.kind === 'request' ? await answerTo(read.request, context, relay) : read.answer;
    if (!socket.destroyed) await deliver(answer);
  }

  /**
   * Part after part, each when the one before is with the kernel. Who only listens may be pushed out by others, and
   * reading goes on, so that an end of the connection is noticed.
   */
  async function relay(id: number, parts: AsyncGenerator<unknown>): Promise<void> {
    const gone = new Promise<undefined>((resolve) => socket.once('close', () => resolve(undefined)));
    relaying = true;
    context.setBusy(false);
    socket.resume();
    try {
      while (!socket.destroyed) {
        const next = await Promise.race([parts.next(), gone]);
        if (next === undefined || next.done === true || socket.destroyed) break;
        await deliver(line({ id, ok: true, result: next.value, more: true }));
      }
    } finally {
      relaying = false;
      context.setBusy(true);
      socket.pause();
      void parts.return(undefined);
    }
  }

  /** Resolves when the client has read so much that everything is with the kernel; drops one that does not read. */
  function deliver(answer: string): Promise<void> {
    if (socket.write(answer)) return Promise.resolve();
    if (socket.writableLength > context.maxUnread) return Promise.resolve(drop('too many unread answers'));
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        socket.off('drain', finish);
        socket.off('close', finish);
        resolve();
      };
      const timer = setTimeout(() => drop('does not read its answers'), context.unreadMs);
      socket.on('drain', finish);
      socket.on('close', finish);
    });
  }

  function drop(reason: string): void {
    context.log.warn(`control: client dropped: ${reason}`);
    socket.destroy();
  }

  /** One error answer, then the end. What the client still sends is read away, or it might not see the answer. */
  function dismiss(problem: string): void {
    dismissed = true;
    pending = Buffer.alloc(0);
    context.log.debug(`control: client dismissed: ${problem}`);
    socket.end(failure(null, { code: 'invalid', message: problem }));
    const timer = setTimeout(() => socket.destroy(), FAREWELL_MS);
    socket.once('close', () => clearTimeout(timer));
  }
}

type ReadRequest =
  | { readonly kind: 'request'; readonly request: Request }
  | { readonly kind: 'invalid'; readonly answer: string }
  | { readonly kind: 'garbage'; readonly problem: string };

/** A line that carries a number but is no request gets an answer; anything else is garbage. */
function readRequest(line: string): ReadRequest {
  const message = parseJson(line);
  const result = requestSchema.safeParse(message);
  if (result.success) return { kind: 'request', request: result.data };
  const problem = `not a request: ${message === undefined ? 'not JSON' : complaint(result.error)}`;
  const id = typeof message === 'object' && message !== null && 'id' in message ? message.id : undefined;
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0
    ? { kind: 'invalid', answer: failure(id, { code: 'invalid', message: problem }) }
    : { kind: 'garbage', problem };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Relay = (id: number, parts: AsyncGenerator<unknown>) => Promise<void>;

/** The answer, or the last of several. */
async function answerTo(request: Request, { handle, log }: ClientContext, relay: Relay): Promise<string> {
  const { id, command } = request;
  try {
    const result = (await handle(request)) ?? {};
    if (isParts(result)) await relay(id, result);
    // Made into text here, so that a result that has no JSON is a failure of this request only.
    return line({ id, ok: true, result: isParts(result) ? {} : result });
  } catch (error) {
    if (error instanceof Refusal) {
      const { message, thing, value, repair } = error;
      const problems = error instanceof FileRefusal ? error.problems.map((each) => ({ ...each })) : undefined;
      return failure(id, { code: 'refused', message, thing, value, repair, problems });
    }
    log.error(`control: ${command} failed: ${error instanceof Error ? error.stack : String(error)}`);
    return failure(id, {
      code: 'internal',
      message: `${command}: failed inside vethd (${error instanceof Error ? error.message : String(error)}); see its log`,
    });
  }
}

const isParts = (result: unknown): result is AsyncGenerator<unknown> =>
  typeof result === 'object' && result !== null && Symbol.asyncIterator in result;

function failure(id: number | null, error: AnswerError): string {
  return line({ id, ok: false, error });
}

function line(answer: Answer): string {
  return `${JSON.stringify(answer)}\n`;
}
