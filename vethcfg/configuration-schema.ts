/** The JSON Schema of configuration files, for editors; made from the option table, as parser and help are. */
import { DAEMON_OPTIONS } from '../src/daemon/daemon-options.js';
import { LAYER_KINDS } from '../src/daemon/layers/kinds.js';
import type { LayerKind } from '../src/daemon/layers/layer.js';
import { OPTIONS } from '../src/daemon/options.js';

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** What the words in capitals of a syntax stand for. */
const FORMS: Readonly<Record<string, JsonSchema>> = {
  MAC: { type: 'string', pattern: '^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}$' },
  SPEED: {
    anyOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?[MGTmgt]?$' },
    ],
  },
};

export function configurationSchema(): JsonSchema {
  const portOptions = Object.fromEntries(
    OPTIONS.flatMap(({ name, help, port }) => (port === undefined ? [] : [[name, optionSchema(help, port)]])),
  );
  const interfaceOptions = Object.fromEntries(
    OPTIONS.flatMap(({ name, help, aggregator }) =>
      aggregator === undefined ? [] : [[name, optionSchema(help, aggregator)]],
    ),
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of vethd',
    description: 'Interfaces that aggregate links, see vethd.yaml(5)',
    type: ['object', 'null'],
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(DAEMON_OPTIONS.map((option) => [option.name, optionSchema(option.help, option)])),
      interfaces: {
        description: 'Interfaces by name; one that is not here is removed by vethcfg apply',
        type: ['object', 'null'],
        propertyNames: { $ref: '#/$defs/name' },
        additionalProperties: { $ref: '#/$defs/interface' },
      },
      ...Object.fromEntries(LAYER_KINDS.map((kind) => [kind.key, layerSchema(kind)])),
    },
    $defs: {
      name: { description: 'Name of an interface', type: 'string', pattern: '^[^/:\\s]{1,15}$' },
      interface: {
        type: ['object', 'null'],
        additionalProperties: false,
        properties: { ports: { $ref: '#/$defs/ports' }, ...interfaceOptions },
      },
      ports: {
        description: 'Ports by name with their options, or a list of names',
        anyOf: [
          { type: 'array', uniqueItems: true, items: { $ref: '#/$defs/name' } },
          {
            type: ['object', 'null'],
            propertyNames: { $ref: '#/$defs/name' },
            additionalProperties: { $ref: '#/$defs/port' },
          },
        ],
      },
      port: { type: ['object', 'null'], additionalProperties: false, properties: portOptions },
    },
  };
}

/** As `vethcfg schema` prints it and the build writes it to `dist/vethd.schema.json`. */
export function configurationSchemaText(): string {
  return `${JSON.stringify(configurationSchema(), null, 2)}\n`;
}

/** One option may stand for its map. */
function layerSchema({ help, options }: LayerKind): JsonSchema {
  const each = options.map(({ name, help: text, syntax, fallback }): [string, JsonSchema] => [
    name,
    { description: text, ...valueSchema(syntax), ...(fallback === undefined ? {} : { default: asYaml(fallback) }) },
  ]);
  const required = options.filter(({ fallback }) => fallback === undefined).map(({ name }) => name);
  const map = { type: 'object', additionalProperties: false, properties: Object.fromEntries(each), required };
  return {
    description: help,
    type: ['object', 'null'],
    additionalProperties: { anyOf: [...each.slice(0, 1).map(([, schema]) => schema), map] },
  };
}

function optionSchema(description: string, { syntax, fallback }: { syntax: string; fallback: string }): JsonSchema {
  return { description, ...valueSchema(syntax), default: asYaml(fallback) };
}

/** A syntax is read as the user reads it: alternatives, ranges of numbers, words in capitals for forms of writing. */
export function valueSchema(syntax: string): JsonSchema {
  const words = syntax.split('|');
  const literals = words.filter((word) => /^[a-z0-9][a-z0-9+_-]*$/.test(word));
  const others = words.filter((word) => !literals.includes(word)).map(formOf);
  // YAML has words of its own for yes and no.
  const flag = literals.includes('1') && literals.includes('0') ? [true, false] : [];
  const choice = literals.length === 0 ? [] : [{ enum: [...literals.map(asYaml), ...flag] }];
  const all = [...others, ...choice];
  return all.length === 1 && all[0] !== undefined ? all[0] : { anyOf: all };
}

function formOf(word: string): JsonSchema {
  const [, least, most] = /^(\d+)\.\.(\d+)$/.exec(word) ?? [];
  if (least !== undefined) return { type: 'integer', minimum: Number(least), maximum: Number(most) };
  // A form that is not described here is left to vethd.
  return FORMS[word] ?? { type: ['string', 'number'] };
}

const asYaml = (text: string): string | number => (/^(0|[1-9]\d{0,9})$/.test(text) ? Number(text) : text);
