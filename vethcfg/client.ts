/** One question to vethd over its control socket. */
import { createConnection } from 'node:net';
import { join } from 'node:path';
import {
  type AnswerError,
  type Arguments,
  answerSchema,
  type Command,
  complaint,
  type Results,
  resultSchemas,
  SOCKET_NAME,
} from '../src/daemon/messages.js';

/** Nobody answers at the socket: the message names it and says what to do. */
export class NotReachable extends Error {
  override readonly name = 'NotReachable';
}

/** vethd answered with an error. */
export class AnsweredError extends Error {
  override readonly name = 'AnsweredError';
  readonly error: AnswerError;

  constructor(error: AnswerError) {
    super(error.message);
    this.error = error;
  }
}

export interface Address {
  readonly runDir: string;
  /** How long (ms) to wait for the whole answer. */
  readonly timeoutMs: number;
}

/** Where vethd listens. Throws `NotReachable` for a path that no socket can have. */
export function socketPath({ runDir }: Address): string {
  const path = join(runDir, SOCKET_NAME);
  if (Buffer.byteLength(path) <= LONGEST_PATH) return path;
  throw new NotReachable(`${path}: longer than the ${LONGEST_PATH} octets that a socket path can have`);
}

/** The result in an answer; `more`: another one follows. Throws `NotReachable` or `AnsweredError`. */
export function resultOf<C extends Command>(
  path: string,
  command: C,
  line: string,
): { readonly result: Results[C]; readonly more: boolean } {
  const answer = read(line);
  if (!answer.success) throw notUnderstood(path, complaint(answer.error));
  if (!answer.data.ok) throw new AnsweredError(answer.data.error);
  const result = resultSchemas[command].safeParse(answer.data.result);
  if (!result.success) throw notUnderstood(path, `result of ${command}: ${complaint(result.error)}`);
  return { result: result.data, more: answer.data.more === true };
}

/** Longest path of a unix socket; longer ones are cut silently by some systems. */
const LONGEST_PATH = 107;
/** No answer of vethd comes near this. */
const LONGEST_ANSWER = 64 * 1024 * 1024;

/**
 * Asks and gives the validated result. Throws `NotReachable` or `AnsweredError`.
 * `toTheEnd`: after a good answer, wait until vethd has closed the connection.
 */
export async function ask<C extends Command>(
  address: Address,
  command: C,
  args: Arguments<C>,
  { toTheEnd = false }: { readonly toTheEnd?: boolean } = {},
): Promise<Results[C]> {
  const path = socketPath(address);
  const line = await exchange(
    path,
    address,
    JSON.stringify({ id: 1, command, args }),
    (text) => toTheEnd && read(text).data?.ok === true,
  );
  return resultOf(path, command, line).result;
}

const read = (line: string) => answerSchema.safeParse(parseJson(line));

/** Sends one line and gives the line that comes back; where `toTheEnd` says so of it, when the connection is closed. */
function exchange(
  path: string,
  { runDir, timeoutMs }: Address,
  line: string,
  toTheEnd: (answer: string) => boolean,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let answer: string | undefined;
    const socket = createConnection(path);
    const fail = (why: string) => {
      finish();
      reject(notReachable(path, runDir, why));
    };
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs / 1_000} s`), timeoutMs);
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
    };
    socket.on('connect', () => socket.write(`${line}\n`));
    const succeed = (text: string) => {
      finish();
      resolve(text);
    };
    socket.on('data', (chunk: Buffer) => {
      if (answer !== undefined) return;
      const end = chunk.indexOf('\n');
      chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
      length += chunk.length;
      if (end >= 0) {
        answer = Buffer.concat(chunks).toString('utf8');
        if (!toTheEnd(answer)) succeed(answer);
      } else if (length > LONGEST_ANSWER) {
        fail('an answer without end');
      }
    });
    const ended = (why: string) => (answer === undefined ? fail(why) : succeed(answer));
    socket.on('error', (error) => ended(reasonOf(error)));
    socket.on('end', () => ended('it closed the connection without an answer'));
  });
}

export const notReachable = (path: string, runDir: string, why: string): NotReachable =>
  new NotReachable(`vethd is not reachable at ${path} (${why}); ${repairFor(why, runDir)}`);

/** Of an error of the socket, in words. */
export const reasonOf = (error: NodeJS.ErrnoException): string => REASONS[error.code ?? ''] ?? error.message;

const DENIED = 'permission denied';
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such socket',
  ENOTDIR: 'no such socket',
  ECONNREFUSED: 'nobody listens there',
  ENOTSOCK: 'not a socket',
  EACCES: DENIED,
  EPERM: DENIED,
};

function repairFor(why: string, runDir: string): string {
  return why === DENIED
    ? 'be the user that runs vethd, usually root'
    : `start it as root with 'vethd --run-dir ${runDir}', or name its directory with --run-dir`;
}

function notUnderstood(path: string, why: string): NotReachable {
  return new NotReachable(
    `what answers at ${path} is not understood (${why}); vethd and vethcfg may differ in version`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
