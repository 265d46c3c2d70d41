/** The JSON Schema of scenario files, for editors; made from the tables that they are read by. */
import { ACTS, keysWith } from '../src/scenario-file/read-acts.js';
import type { QUALITY_KEYS } from '../src/scenario-file/read-cables.js';
import type { LINK_KEYS } from '../src/scenario-file/read-systems.js';
import { INTERFACE_FIELDS, PORT_FIELDS, type Writing } from '../src/simulator/fields.js';
import { configurationSchema, type JsonSchema } from './configuration-schema.js';

const TIME: JsonSchema = {
  anyOf: [
    { type: 'number', minimum: 0 },
    { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(ms|s|m|h)?$' },
  ],
};
const PART: JsonSchema = {
  anyOf: [
    { type: 'number', minimum: 0, maximum: 1 },
    { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?%$' },
  ],
};
const FLAG: JsonSchema = { enum: [true, false, 1, 0] };
const texts = (pattern?: string): JsonSchema => {
  const text = { type: 'string', ...(pattern !== undefined && { pattern }) };
  return { anyOf: [text, { type: 'array', items: text }] };
};
const PORT = '^[^/ ]+/[^/ ]+$';

const QUALITIES: Readonly<Record<(typeof QUALITY_KEYS)[number], JsonSchema>> = {
  delay: { description: 'how long a frame is under way', ...TIME },
  jitter: { description: 'up to so much longer, drawn for each frame', ...TIME },
  loss: { description: 'the part of the frames that is lost', ...PART },
  duplicate: { description: 'the part of the frames that arrives twice', ...PART },
  swallow: { description: 'a bridge between the ends takes LACPDUs', ...FLAG },
  reflect: { description: 'what an end sends comes back to it', ...FLAG },
};
const LINK: Readonly<Record<(typeof LINK_KEYS)[number], JsonSchema>> = {
  state: { enum: ['up', 'down', 'unknown'] },
  admin: { enum: ['up', 'down'] },
  speed: { type: ['integer', 'string'] },
  duplex: { enum: ['full', 'half', 'unknown'] },
  mtu: { type: 'integer', minimum: 68, maximum: 65_535 },
};

/** By the key of the act; and what stands beside it. */
const ACT_VALUES: Readonly<Record<string, JsonSchema>> = {
  cut: { description: 'these cables pass nothing; the ends lose carrier', ...texts() },
  repair: { description: 'these cables are whole again', ...texts() },
  'one-way': { description: 'nothing reaches one end of this cable', ...texts() },
  cable: { description: 'these cables get other qualities', ...texts() },
  link: { description: 'the kernel says something else of these links', ...texts(PORT) },
  set: { description: 'as vethcfg set: left/veth0 rate=fast', ...texts(PORT.replace('+$', '+ .+$')) },
  add: { description: 'as vethcfg add: left/eth1 veth0', ...texts(PORT.replace('+$', '+ .+$')) },
  del: { description: 'as vethcfg del: left/eth1', ...texts() },
  stop: { description: 'vethd ends in order', ...texts() },
  crash: { description: 'vethd ends without a word', ...texts() },
  start: { description: 'vethd begins, or goes on after a crash', ...texts() },
  restart: { description: 'vethd is restarted in place', ...texts() },
  frame: { description: 'a frame arrives at this port', ...texts(PORT) },
  expect: {
    description: 'what ports and interfaces shall be',
    type: 'object',
    additionalProperties: { anyOf: [{ $ref: '#/$defs/portFields' }, { $ref: '#/$defs/interfaceFields' }] },
  },
  quiet: { description: 'no machine moves of this system, port or interface', ...texts() },
};
const BESIDE: Readonly<Record<string, JsonSchema>> = {
  ...QUALITIES,
  ...LINK,
  carrier: { description: 'whether the ends keep it', enum: ['lost', 'kept'] },
  to: { description: 'the end that nothing reaches', type: 'string', pattern: PORT },
  octets: { description: 'a whole Ethernet frame in hexadecimal', type: 'string' },
  within: TIME,
  for: TIME,
};

export function scenarioSchema(): JsonSchema {
  // Interfaces are written as in a configuration file.
  const { $defs, properties } = configurationSchema() as { $defs: object; properties: { interfaces: JsonSchema } };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Scenario of vethcfg simulate',
    type: 'object',
    required: ['systems'],
    additionalProperties: false,
    properties: {
      description: { type: 'string' },
      seed: { description: 'decides which frames are lost', type: 'integer', minimum: 0, maximum: 0xffff_ffff },
      until: { description: 'when it ends; default: with the last step', ...TIME },
      systems: {
        type: 'object',
        additionalProperties: {
          type: ['object', 'null'],
          additionalProperties: false,
          properties: {
            interfaces: properties.interfaces,
            links: {
              description: 'what the kernel says of its Ethernet interfaces, also of those that are no ports',
              type: ['object', 'null'],
              additionalProperties: {
                type: ['object', 'null'],
                additionalProperties: false,
                properties: { mac: { type: 'string' }, ...LINK },
              },
            },
          },
        },
      },
      cables: {
        type: ['object', 'null'],
        additionalProperties: {
          anyOf: [
            { $ref: '#/$defs/ends' },
            { type: 'object', required: ['ends'], properties: { ends: { $ref: '#/$defs/ends' }, ...QUALITIES } },
          ],
        },
      },
      steps: { type: ['array', 'null'], items: { anyOf: ACTS.map(step) } },
    },
    $defs: {
      ...$defs,
      ends: {
        description: 'two ends are a link, more are a hub',
        type: 'array',
        items: { type: 'string', pattern: PORT },
      },
      portFields: fields(PORT_FIELDS),
      interfaceFields: fields(INTERFACE_FIELDS),
    },
  };
}

export const scenarioSchemaText = (): string => `${JSON.stringify(scenarioSchema(), null, 2)}\n`;

function step(act: string): JsonSchema {
  const beside = keysWith(act).filter((key) => key !== act);
  return {
    type: 'object',
    additionalProperties: false,
    required: [act],
    properties: {
      at: { description: 'from the start', ...TIME },
      after: { description: 'from the step before', ...TIME },
      [act]: ACT_VALUES[act] ?? {},
      ...Object.fromEntries(beside.map((key) => [key, BESIDE[key] ?? {}])),
    },
  };
}

function fields(table: Readonly<Record<string, { readonly help: string; readonly writing: Writing }>>): JsonSchema {
  const properties = Object.entries(table).map(([name, { help, writing }]) => [
    name,
    { description: help, ...field(writing) },
  ]);
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) };
}

function field(writing: Writing): JsonSchema {
  if (!('words' in writing)) return { type: ['string', 'integer'] };
  const word = { enum: ['none', ...writing.words.filter((each) => each !== 'none')] };
  return writing.several ? { anyOf: [word, { type: 'array', items: word }] } : word;
}
