/** A question to vethd that has several answers, one after the other, perhaps without end. */
import { createConnection } from 'node:net';
import type { Arguments, Command, Results } from '../src/daemon/messages.js';
import { type Address, notReachable, reasonOf, resultOf, socketPath } from './client.js';

/**
 * `take` gets each result; an answer that comes is acknowledged by taking it, so that who does not get on is not sent
 * more. Resolves after the last answer, or when `signal` is aborted. Throws `NotReachable`, also when nothing came for as
 * long as an answer may take, and `AnsweredError`.
 */
export function listen<C extends Command>(
  address: Address,
  command: C,
  args: Arguments<C>,
  take: (result: Results[C]) => void,
  signal?: AbortSignal,
): Promise<void> {
  const path = socketPath(address);
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    let text = Buffer.alloc(0);
    const end = (error?: unknown) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    const stop = () => end();
    const fail = (why: string) => end(notReachable(path, address.runDir, why));
    const timer = setTimeout(() => fail(`no answer within ${address.timeoutMs / 1_000} s`), address.timeoutMs);
    signal?.addEventListener('abort', stop);
    socket.on('connect', () => socket.write(`${JSON.stringify({ id: 1, command, args })}\n`));
    socket.on('data', (chunk: Buffer) => {
      timer.refresh();
      text = Buffer.concat([text, chunk]);
      try {
        for (let newline = text.indexOf('\n'); newline >= 0; newline = text.indexOf('\n')) {
          const { result, more } = resultOf(path, command, text.subarray(0, newline).toString('utf8'));
          text = text.subarray(newline + 1);
          take(result);
          if (!more) {
            end();
            return;
          }
        }
      } catch (error) {
        end(error);
      }
    });
    socket.on('error', (error) => fail(reasonOf(error)));
    socket.on('end', () => fail('it closed the connection'));
  });
}
