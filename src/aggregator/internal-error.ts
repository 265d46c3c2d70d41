/** An error of ours: the caller broke a contract of the engine. */
export class InternalError extends Error {}
