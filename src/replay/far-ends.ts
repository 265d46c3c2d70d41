/** For each end in the capture, our engine at the other side of its link. */
import type { PortExplanation } from '../aggregator/verdict.js';
import type { Lacpdu } from '../lacp/lacpdu.pdu.js';
import { type Mac, Null_System, type PortInformation } from '../lacp/variables.js';
import type { End, Ends } from './end.js';
import { type ModelPort, Models, type ModelWorld } from './model.js';

/** So long the identity of a silent partner is waited for; then one is made up. */
const PATIENCE = 1_000;

/** A partner that is not in the capture, and of whom nobody speaks. */
const NOBODY_KNOWN: PortInformation = {
  System_Priority: 0x8000,
  System: '02:00:00:00:00:00',
  Key: 1,
  Port_Priority: 0x8000,
  Port: 1,
  State: {
    LACP_Activity: true,
    LACP_Timeout: true,
    Aggregation: true,
    Synchronization: false,
    Collecting: false,
    Distributing: false,
    Defaulted: false,
    Expired: false,
  },
};

interface FarEnd {
  model: ModelPort | undefined;
  /** Not yet given to a model. */
  frame: Uint8Array;
}

export class FarEnds {
  readonly #models: Models;
  readonly #of = new Map<End, FarEnd>();

  constructor(
    private readonly world: ModelWorld,
    private readonly ends: Ends,
  ) {
    this.#models = new Models(world);
  }

  /** `end` has sent this frame to `far`, or to one that is not in the capture. */
  hear(end: End, frame: Uint8Array, far: End | undefined): void {
    const identity = far?.last.pdu.actor ?? named(end.last.pdu);
    // What is reflected comes from itself.
    const mac = far?.source ?? (identity !== undefined && sameDevice(identity, end.last.pdu.actor) ? end.source : MAC);
    const farEnd = this.#of.get(end);
    if (farEnd === undefined) {
      const made: FarEnd = { model: undefined, frame };
      this.#of.set(end, made);
      if (identity === undefined) this.#wait(end, made);
      else this.#begin(made, this.ends.labelFor(identity), identity, mac);
      return;
    }
    farEnd.frame = frame;
    const { model } = farEnd;
    if (identity === undefined) {
      model?.receive(frame);
    } else if (model === undefined || !sameDevice(model.identity, identity)) {
      model?.leave();
      this.#begin(farEnd, this.ends.labelFor(identity), identity, mac);
    } else {
      model.become(identity);
      model.receive(frame);
    }
  }

  /** `end` says something else of itself: so does our engine in its place. */
  says(end: End): void {
    this.#at(end)?.become(end.last.pdu.actor);
  }

  /** Our engine in the place of this end, as of now; undefined: nobody speaks to it. */
  explain(end: End): PortExplanation | undefined {
    return this.#at(end)?.explain();
  }

  /** Stops all timers. */
  close(): void {
    this.#models.close();
  }

  /** Of several that speak to it, the one that did so last. */
  #at(end: End): ModelPort | undefined {
    let found: { readonly model: ModelPort; readonly at: number } | undefined;
    for (const speaker of this.ends.at(end.place)) {
      const model = this.#of.get(speaker)?.model;
      if (model === undefined || !sameDevice(model.identity, end.last.pdu.actor)) continue;
      if (found === undefined || speaker.last.at > found.at) found = { model, at: speaker.last.at };
    }
    return found?.model;
  }

  #wait(end: End, farEnd: FarEnd): void {
    this.world.clock.setTimeout(() => {
      if (farEnd.model === undefined) this.#begin(farEnd, `(far end of ${end.label})`, NOBODY_KNOWN, MAC);
    }, PATIENCE);
  }

  #begin(farEnd: FarEnd, label: string, identity: PortInformation, mac: Mac): void {
    farEnd.model = this.#models.begin(label, identity, mac);
    farEnd.model.receive(farEnd.frame);
  }
}

const MAC = '02:00:00:00:00:01';

/** Whom an LACPDU names as the partner. */
const named = ({ partner }: Lacpdu): PortInformation | undefined =>
  partner.System === Null_System ? undefined : partner;

const sameDevice = (a: PortInformation, b: PortInformation): boolean => a.System === b.System && a.Port === b.Port;
