/**
 * What LACP must know to go on after a crash: the file `lacp.json` in the run directory holds the machines, variables
 * and deadlines of every port. A later process takes them up (docs/restart.md).
 *
 * Unlike `state.json` it is written after the fact and never waited for: what it lacks is at most the last change, and
 * LACP mends that by itself. Its cost is bounded: one write at a time, however much changes meanwhile, and a pause in
 * proportion to what making the text took. LACPDUs that say nothing new are no change.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { LinkFacts } from '../aggregator/io.js';
import type { MachineStates } from '../aggregator/machine-states.js';
import type { AggregatorSnapshot, PortSnapshot } from '../aggregator/snapshot.js';
import {
  type ActorConversations,
  type Clockwork,
  type ConversationMask,
  type PartnerConversations,
  type PortVariables,
  TIMERS,
} from '../lacp/variables.js';
import { KeptFile } from './kept-file.js';
import type { Log } from './log.js';
import { bridgePort, macSchema, portInformation, wire } from './status-schema.js';
import { writeAtomicallyForNow } from './write-atomically.js';

const FORMAT = 2;
/** Of the time, at most one part in so many goes into the journal while everything changes all the time. */
const SPARING = 20;

const word = z.boolean();
const count = z.number();
const text = z.string();
const timers = z.object(Object.fromEntries(TIMERS.map((timer) => [timer, z.number().optional()])));

const schema = z.object({
  interfaces: z.array(
    wire<AggregatorSnapshot>({
      name: text,
      active: text.optional(),
      moved: z.array(z.tuple([count, count])).optional(),
      ports: z.array(
        wire<PortSnapshot>({
          number: count,
          facts: wire<LinkFacts>({
            ifindex: count,
            name: text,
            mac: macSchema,
            mtu: count,
            adminUp: word,
            link: z.enum(['up', 'down', 'unknown']),
            speed: count.optional(),
            duplex: z.enum(['full', 'half']).optional(),
            loopback: word,
            ethernet: word,
            promiscuous: word,
            master: count.optional(),
            lower: count.optional(),
            bridge: bridgePort.optional(),
          }),
          // Which states there are the machines know: they refuse others.
          states: wire<MachineStates>({
            receive: text as unknown as z.ZodType<MachineStates['receive']>,
            periodic: text as unknown as z.ZodType<MachineStates['periodic']>,
            selection: text,
            mux: text as unknown as z.ZodType<MachineStates['mux']>,
            actor_churn: text as unknown as z.ZodType<MachineStates['actor_churn']>,
            partner_churn: text as unknown as z.ZodType<MachineStates['partner_churn']>,
            long_lacpdu: text,
            transmit: text,
          }),
          variables: wire<PortVariables>({
            LACP_Enabled: word,
            static_group: word.default(false), // a program before had none
            port_enabled: word,
            port_moved: word,
            Actor_Oper: portInformation,
            Partner_Admin: portInformation,
            Partner_Oper: portInformation,
            Selected: z.enum(['SELECTED', 'UNSELECTED', 'STANDBY']),
            Ready_N: word,
            NTT: word,
            actor_churn: word,
            partner_churn: word,
            coupled_control: word,
            may_distribute: word,
            attached: word,
            collecting: word,
            distributing: word,
            leaving: word,
            Partner_LACPDU_Version: count,
            Actor_Conversations: wire<ActorConversations>({
              portAlgorithm: text,
              linkListDigest: text,
              linkNumber: count,
              mask: text,
              DWC: word,
            }).optional(),
            Partner_Conversations: wire<PartnerConversations>({
              portAlgorithm: text,
              linkListDigest: text,
              serviceMappingDigest: text,
              linkNumber: count.optional(),
              mask: wire<ConversationMask>({ ActPar_Sync: word, PSI: word, DWC: word, mask: text }).optional(),
            }).optional(),
            LongLACPDUtransmit: word,
            clockwork: wire<Clockwork>({
              timers: timers as unknown as z.ZodType<Clockwork['timers']>, // made from the same list of names
              sent: z.array(count),
            }),
          }),
        }),
      ),
    }),
  ),
});

export interface JournalOptions {
  /** The run directory. */
  readonly directory: string;
  /** See identity.ts: deadlines and interface indexes mean nothing elsewhere. */
  readonly identity: string;
  readonly log: Log;
  readonly write?: (path: string, text: string) => Promise<void>;
}

export class LacpJournal {
  readonly #file: KeptFile<{ readonly interfaces: readonly AggregatorSnapshot[] }>;
  readonly #write: (path: string, text: string) => Promise<void>;
  #snapshot: (() => readonly AggregatorSnapshot[]) | undefined;
  #changed = false;
  #writing: Promise<void> | undefined;

  constructor(private readonly options: JournalOptions) {
    this.#file = new KeptFile({
      path: join(options.directory, 'lacp.json'),
      format: FORMAT,
      identity: options.identity,
      schema,
      otherwise: 'LACP starts anew',
    });
    this.#write = options.write ?? writeAtomicallyForNow;
  }

  /** What the process before us left, by interface; empty when it ended in order, or what it left is of no use. */
  load(): ReadonlyMap<string, AggregatorSnapshot> {
    return new Map(this.#file.load(this.options.log)?.interfaces.map((each) => [each.name, each]));
  }

  /** Throws `Unusable` where `load` would put the file aside. */
  check(): void {
    this.#file.peek();
  }

  /** From now on changes are written; `snapshot` gives what. */
  start(snapshot: () => readonly AggregatorSnapshot[]): void {
    this.#snapshot = snapshot;
    this.changed();
  }

  /** Something has changed. Returns at once. */
  changed(): void {
    this.#changed = true;
    if (this.#snapshot !== undefined) this.#writing ??= this.#writeOn();
  }

  /** Resolves when the file holds the last change, or its writing failed (the reason is logged). */
  settled(): Promise<void> {
    return this.#writing ?? Promise.resolve();
  }

  /** Writes the state as it is now, before it returns, and nothing any more after that. */
  async finish(): Promise<void> {
    const snapshot = this.#snapshot;
    this.#snapshot = undefined;
    await this.#writing;
    if (snapshot === undefined) return;
    const { path } = this.#file;
    writeFileSync(`${path}.last`, this.#text(snapshot()));
    renameSync(`${path}.last`, path);
  }

  /** An orderly end: nothing to take up. */
  async remove(): Promise<void> {
    this.#snapshot = undefined;
    await this.#writing;
    rmSync(this.#file.path, { force: true });
  }

  async #writeOn(): Promise<void> {
    // One turn of the loop: a chain of transitions makes one text.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#changed && this.#snapshot !== undefined) {
      this.#changed = false;
      const from = performance.now();
      const json = this.#text(this.#snapshot());
      const tookMs = performance.now() - from;
      try {
        await this.#write(this.#file.path, json);
      } catch (error) {
        this.options.log.warn(`journal ${this.#file.path} not written: ${String(error)}`);
      }
      if (this.#changed) await delay(SPARING * tookMs);
    }
    // In the same turn as the last look at `#changed`, so that no change falls between.
    this.#writing = undefined;
  }

  #text(interfaces: readonly AggregatorSnapshot[]): string {
    return this.#file.text({ interfaces });
  }
}
