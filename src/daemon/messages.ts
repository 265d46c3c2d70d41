/**
 * The control protocol: one JSON object a line over the stream socket `control` in the run directory. A client sends
 * requests, each with a number of its own; the daemon answers them in order with the same number. Both sides
 * validate what they read. `more: true` in an answer says that another answer to the same request follows: `events`
 * does so, and with `follow` goes on until the client closes the connection, which may also be cut when others need it.
 */
import { z } from 'zod';
import type { Reduction } from '../drivers/abilities.js';
import {
  type ApplyResult,
  applyResult,
  type EffectiveResult,
  effectiveResult,
  type SaveResult,
  saveResult,
} from './config/results.js';
import type { EventsPart } from './event-journal.js';
import type { LatenessReport } from './lateness.js';
import { type ShownAlias, shownAlias } from './layers/alias/shown-alias.js';
import { type LinkResult, linkResult } from './layers/links/shown-link.js';
import { type ShownAggregator, shownAggregator, systemStatus, wire } from './status-schema.js';
import type { WhyResult } from './why.js';
import { whyResultSchema } from './why-schema.js';

export type { SystemStatus } from '../aggregator/status.js';
export type { Reduction } from '../drivers/abilities.js';
export type { Change } from './config/change-schema.js';
export type { EffectiveInterface, EffectiveOption } from './config/effective.js';
export type { ApplyResult, EffectiveResult, SaveResult } from './config/results.js';
export type { LatenessReport } from './lateness.js';
export type { ShownAlias } from './layers/alias/shown-alias.js';
export type { LinkResult, ShownLink } from './layers/links/shown-link.js';
export type { InterfaceCounters, ShownAggregator, ShownPort } from './status-schema.js';
export type { ToldPort, ToldVerdict, WhyResult } from './why.js';

/** Version of vethd and vethcfg; a test holds it against package.json. */
export const VERSION = '0.1.0';
/** Changes when an old client cannot talk to a new daemon. */
export const PROTOCOL = 1;
/** Name of the control socket in the run directory. */
export const SOCKET_NAME = 'control';
/** Longest line in octets, without the newline, that the daemon reads. */
export const LONGEST_REQUEST = 64 * 1024;

/** Most aliases of one `import`: as many as fit into a request. */
export const MOST_IMPORTED = 256;

/** The run directory of a host's own vethd. */
export const DEFAULT_RUN_DIR = '/run/veth';

/** The run directory when none is given on the command line. */
export function defaultRunDir(environment: Readonly<Record<string, string | undefined>>): string {
  return environment.VETH_RUN_DIR || DEFAULT_RUN_DIR;
}

const id = z.int().nonnegative();
const name = z.string().max(255);
/** `OPTION=VALUE` words; they are read by `options.ts` in the daemon. */
const options = z.array(z.string().max(255)).max(64);
/** The kernel's PATH_MAX. */
const path = z.string().max(4096);
const none = z.strictObject({});

const request = <Command extends string, Args extends z.ZodType>(command: Command, args: Args) =>
  z.strictObject({ id, command: z.literal(command), args });

export const requestSchema = z.discriminatedUnion('command', [
  /** Add a port to an interface; the interface is made when it does not exist. */
  request('add', z.strictObject({ port: name, veth: name, options })),
  /** Remove a port from an interface; without `port`: remove the interface. */
  request('del', z.strictObject({ port: name.optional(), veth: name })),
  /** Change an interface or a port. */
  request('set', z.strictObject({ name, options })),
  /** The status table; of one interface when `veth` is given. */
  request('status', z.strictObject({ veth: name.optional() })),
  /** Everything about all, one interface, or one port (its interface with this port only); `addresses`: of bridges. */
  request('show', z.strictObject({ name: name.optional(), addresses: z.boolean().optional() })),
  /** The journal, in parts. `name`: of this port or interface only. `json`: lines of JSON. */
  request(
    'events',
    z.strictObject({
      name: name.optional(),
      sinceMs: z.number().nonnegative().optional(),
      follow: z.boolean(),
      json: z.boolean(),
    }),
  ),
  /** By which port frames of a flow leave. The words are read by `flow-words.ts` in the daemon. */
  request(
    'flow',
    z.strictObject({
      veth: name,
      source: name,
      destination: name,
      protocol: name.optional(),
      sourcePort: name.optional(),
      destinationPort: name.optional(),
      /** VLAN ids with commas, the outermost first. */
      vlan: name.optional(),
      srcMac: name.optional(),
      dstMac: name.optional(),
      /** Of IPv6. */
      flowLabel: name.optional(),
      /** Words of the packet in a tunnel, as those of the flow with blanks between; several with commas, as `vlan`. */
      inner: z.string().max(500).optional(),
    }),
  ),
  /** What stands between ports and their use: of all, one interface or one port. */
  request('why', z.strictObject({ name: name.optional() })),
  /** ipvlan slaves. The words are read by `link-words.ts` in the daemon. */
  request('link', z.strictObject({ words: z.array(name).max(32) })),
  request('version', none),
  /** Make everything as a configuration file says. `file`: as the user names it; `path`: the same, absolute. */
  request('apply', z.strictObject({ file: path, path, text: z.string(), dryRun: z.boolean() })),
  /** The configuration in force, as a file. */
  request('save', none),
  /**
   * Make way for the program that is on disk now. The answer comes from the vethd that goes, when its successor has
   * been tried out; then the connection is closed. Who connects again is served as soon as the successor takes commands.
   */
  request('restart', none),
  /** List aliases; with an address, a state, or a minus behind the name: make, change or delete one. */
  request(
    'alias',
    z.strictObject({ name: name.optional(), address: name.optional(), state: z.enum(['up', 'down']).optional() }),
  ),
  /** Add aliases of files of ifupdown, all or none. `place`: file and line, for refusals. */
  request(
    'import',
    z.strictObject({
      aliases: z.array(z.strictObject({ name, options: z.record(name, name), place: path })).max(MOST_IMPORTED),
      dryRun: z.boolean(),
    }),
  ),
  /** Every value with its origin, of all, one interface or one port. */
  request('effective', z.strictObject({ name: name.optional() })),
]);

export type Request = z.infer<typeof requestSchema>;
export type Command = Request['command'];
export type Arguments<C extends Command> = Extract<Request, { command: C }>['args'];

export interface DoneResult {
  /** What the user should know although all went well, one sentence each; printed as `note: ...`. */
  readonly notes: readonly string[];
}

export interface StatusResult {
  /** The table, as the file `status` holds it. */
  readonly table: string;
  readonly status: z.infer<typeof systemStatus>;
}

export interface ShowResult {
  readonly version: string;
  /** `reason`: why it is this data path and not a better one, or what is less about it. */
  readonly datapath: {
    readonly kind: string;
    /** Option `datapath` in force; undefined: an older vethd, which had no choice. */
    readonly choice?: string | undefined;
    readonly reason?: string | undefined;
  };
  readonly lateness: LatenessReport;
  /** The engine's clock and the time of day at the same moment, both in milliseconds; undefined: an older vethd. */
  readonly clock?: { readonly now: number; readonly time: number } | undefined;
  /** Parts of vethd that work less well here than they could; undefined: an older vethd, which does not tell. */
  readonly reduced?: readonly Reduction[] | undefined;
  readonly aggregators: readonly ShownAggregator[];
  /** Undefined: an older vethd, which had none. */
  readonly aliases?: readonly ShownAlias[] | undefined;
}

/** A part of the journal. */
export interface EventsResult {
  readonly lines?: EventsPart['lines'] | undefined;
  readonly missed?: number | undefined;
}

export interface FlowResult {
  readonly veth: string;
  /** Name of the port; undefined: no port distributes, the frames are dropped. */
  readonly port?: string | undefined;
  /** The conversation is on its way to this port: its frames are held until it may use it. */
  readonly moving: boolean;
  /** Hash policy, 32-bit hash, and bucket (0 to 4095), which is also the conversation. */
  readonly policy: string;
  readonly hash: number;
  readonly bucket: number;
  /** What was not said, matters, and was looked up or assumed. */
  readonly assumed: readonly string[];
}

export interface VersionResult {
  readonly version: string;
  readonly protocol: number;
  /** Process id of the daemon. */
  readonly pid: number;
}

export interface AliasResult extends DoneResult {
  /** None where one was changed. */
  readonly aliases: readonly ShownAlias[];
}

export interface RestartResult {
  /** Version of the daemon that goes. */
  readonly version: string;
  /** Version of the one that comes. */
  readonly successor: string;
  /** Process id of both. */
  readonly pid: number;
}

/** What each command gives. */
export interface Results {
  readonly add: DoneResult;
  readonly del: DoneResult;
  readonly set: DoneResult;
  readonly status: StatusResult;
  readonly show: ShowResult;
  /** A part; the last answer has none. */
  readonly events: EventsResult;
  readonly flow: FlowResult;
  readonly why: WhyResult;
  readonly link: LinkResult;
  readonly version: VersionResult;
  readonly apply: ApplyResult;
  readonly save: SaveResult;
  readonly effective: EffectiveResult;
  readonly restart: RestartResult;
  readonly alias: AliasResult;
  readonly import: ApplyResult;
}

const reduction = wire<Reduction>({
  part: z.enum(['filter', 'settings', 'buffers']),
  why: z.string(),
  effect: z.string(),
});

const done = z.looseObject({ notes: z.array(z.string()) });

export const resultSchemas: { readonly [C in Command]: z.ZodType<Results[C]> } = {
  add: done,
  del: done,
  set: done,
  status: z.looseObject({ table: z.string(), status: systemStatus }),
  show: z.looseObject({
    version: z.string(),
    datapath: z.looseObject({ kind: z.string(), choice: z.string().optional(), reason: z.string().optional() }),
    lateness: z.looseObject({
      served: z.number(),
      worst: z.number(),
      total: z.number().optional(),
      worstAgo: z.number(),
      classes: z.array(z.looseObject({ upTo: z.number().optional(), count: z.number() })),
    }),
    clock: z.looseObject({ now: z.number(), time: z.number() }).optional(),
    reduced: z.array(reduction).optional(),
    aggregators: z.array(shownAggregator),
    aliases: z.array(shownAlias).optional(),
  }),
  events: z.looseObject({ lines: z.array(z.string()).optional(), missed: z.number().optional() }),
  flow: z.looseObject({
    veth: z.string(),
    port: z.string().optional(),
    moving: z.boolean(),
    policy: z.string(),
    hash: z.number(),
    bucket: z.number(),
    assumed: z.array(z.string()),
  }),
  why: whyResultSchema,
  link: linkResult,
  version: z.looseObject({ version: z.string(), protocol: z.int(), pid: z.int() }),
  apply: applyResult,
  save: saveResult,
  effective: effectiveResult,
  alias: z.looseObject({ notes: z.array(z.string()), aliases: z.array(shownAlias) }),
  import: applyResult,
  restart: z.looseObject({ version: z.string(), successor: z.string(), pid: z.int() }),
};

const errorSchema = z.looseObject({
  /** refused: the user is wrong. invalid: the message is no request. busy: too many clients. internal: we are wrong. */
  code: z.enum(['refused', 'invalid', 'busy', 'internal']),
  message: z.string(),
  thing: z.string().optional(),
  value: z.string().optional(),
  repair: z.string().optional(),
  /** What is wrong with a configuration file, all of it. */
  problems: z
    .array(
      z.looseObject({
        line: z.int(),
        column: z.int(),
        thing: z.string(),
        problem: z.string(),
        repair: z.string().optional(),
      }),
    )
    .optional(),
});

/** `id` is null where the request's number could not be read. */
export const answerSchema = z.discriminatedUnion('ok', [
  z.looseObject({ id, ok: z.literal(true), result: z.unknown(), more: z.boolean().optional() }),
  z.looseObject({ id: id.nullable(), ok: z.literal(false), error: errorSchema }),
]);

export type Answer = z.infer<typeof answerSchema>;
export type AnswerError = z.infer<typeof errorSchema>;

/** What a schema says against a value, in one line: `args.port: expected string, received undefined`. */
export function complaint(error: z.ZodError): string {
  const [first] = error.issues;
  if (first === undefined) return 'not understood';
  const where = first.path.join('.');
  return where === '' ? first.message : `${where}: ${first.message}`;
}
