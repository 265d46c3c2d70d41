/** Configurations for tests: by hand, and arbitrary ones for properties. */
import fc from 'fast-check';
import { DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../../../src/aggregator/settings.js';
import type { Configuration } from '../../../src/daemon/config/model.js';
import { checkInterfaceName } from '../../../src/daemon/interface-name.js';
import { OPTIONS, type Option, type OptionSide } from '../../../src/daemon/options.js';
import { checkSettings } from '../../../src/daemon/settings-check.js';

/** Values of an option: what its syntax says, ends of ranges included. An option that is new in the table is covered. */
function valuesOf<S>({ syntax, examples, fallback }: OptionSide<S>): string[] {
  const ranges = [...syntax.matchAll(/(\d+)\.\.(\d+)/g)].flatMap(([, least = '', most = '']) => [least, most]);
  return [...new Set([...examples, fallback, ...ranges])];
}

function settingsOf<S extends object>(sideOf: (option: Option) => OptionSide<S> | undefined, defaults: S) {
  const sides = OPTIONS.flatMap((option) => sideOf(option) ?? []);
  return fc.tuple(...sides.map((side) => fc.option(fc.constantFrom(...valuesOf(side)), { freq: 2 }))).map((texts) => {
    const settings = { ...defaults };
    for (const [index, text] of texts.entries()) {
      const read = text === null ? undefined : sides[index]?.read(text);
      if (read?.ok) Object.assign(settings, read.settings);
    }
    return settings;
  });
}

const interfaceName = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 15 }),
    fc.constantFrom(
      'null',
      '~',
      'true',
      '1',
      '0x10',
      '1e3',
      '-',
      '<<',
      'ports',
      '#eth',
      'a,b',
      '{}',
      '*a',
      '"',
      'é',
      '__proto__',
    ),
  )
  .filter((name) => {
    try {
      checkInterfaceName('PORT', name);
      return true;
    } catch {
      return false;
    }
  });

/** Whatever a file can say that `readConfiguration` takes. */
export const configuration: fc.Arbitrary<Configuration> = fc
  .uniqueArray(interfaceName, { maxLength: 9 })
  .chain((names) => {
    const port = (name: string) =>
      fc.record({ name: fc.constant(name), settings: settingsOf((o) => o.port, DEFAULT_PORT) });
    return fc.tuple(
      ...names.slice(0, 3).map((name, index) =>
        fc.record({
          name: fc.constant(name),
          settings: settingsOf((o) => o.aggregator, DEFAULT_AGGREGATOR),
          ports: fc.tuple(...names.slice(3 + 2 * index, 5 + 2 * index).map(port)),
        }),
      ),
    );
  })
  .filter((interfaces) =>
    interfaces.every(({ name, settings, ports }) => {
      try {
        checkSettings(name, settings, ports);
        return true;
      } catch {
        return false;
      }
    }),
  )
  .map((interfaces) => ({ interfaces }));
