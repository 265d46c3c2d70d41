/** Steps that are all done or all undone. */
import type { Log } from '../log.js';

export class Transaction {
  readonly #undo: { readonly what: string; readonly act: () => void | Promise<void> }[] = [];

  constructor(private readonly log: Log) {}

  /** Does a step and remembers how to undo it; a step that throws must have left nothing behind. */
  async step<T>(what: string, act: () => T | Promise<T>, undo: (result: T) => void | Promise<void>): Promise<T> {
    const result = await act();
    this.#undo.push({ what, act: () => undo(result) });
    return result;
  }

  /** The last step first. A step that cannot be undone is logged, and the others still are; gives what could not be. */
  async undo(): Promise<readonly string[]> {
    const failed: string[] = [];
    for (const { what, act } of this.#undo.splice(0).reverse()) {
      try {
        await act();
      } catch (error) {
        failed.push(what);
        this.log.error(`${what}: cannot be undone: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return failed;
  }
}
