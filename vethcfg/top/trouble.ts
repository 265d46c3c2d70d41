import { AnsweredError, NotReachable } from '../client.js';

/** What a vethd that is away, or an interface that has gone, is told as; anything else is thrown. */
export function troubleOf(error: unknown): string {
  if (error instanceof NotReachable || error instanceof AnsweredError) return error.message;
  throw error;
}
