/**
 * Modules of the engine whose functions a test may replace one by one.
 * `vi.mock(path, async (original) => mutable(await original()))` makes a module so; `replaced` holds what replaces what.
 */
// biome-ignore lint/suspicious/noExplicitAny: stands for every function of the engine, whatever it takes
type Anything = (...args: any[]) => unknown;

/** By name; what is not here is the engine's own. */
export const replaced: Record<string, unknown> = {};

/** The module with functions that look here first; its classes and values are as they were. */
export function mutable<Module extends object>(module: Module): Module {
  const entries = Object.entries(module).map(([name, original]): [string, unknown] => {
    if (typeof original !== 'function' || /^[A-Z]/.test(name)) return [name, original];
    return [name, (...args: unknown[]) => ((replaced[name] ?? original) as Anything)(...args)];
  });
  return Object.fromEntries(entries) as Module;
}
