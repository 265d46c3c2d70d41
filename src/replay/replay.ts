/**
 * A capture, frame by frame in order of time: who speaks on the link, what our machines in the place of each end make
 * of what the other says, how regularly both speak, and where they disagree with the standard.
 *
 * Time is that of the capture. Where it stands still for long, the machines are run until nothing of theirs can move
 * any more, and not further.
 */
import type { Md5 } from '../aggregator/conversations.js';
import type { HappeningOf } from '../aggregator/journal/happening.js';
import type { PortExplanation } from '../aggregator/verdict.js';
import { VirtualClock } from '../aggregator/virtual-clock.js';
import { Subtype } from '../lacp/constants.js';
import { LACPDU_LENGTH } from '../lacp/lacpdu.pdu.js';
import type { Marker } from '../lacp/marker.pdu.js';
import { parseSlowProtocols, sourceOf } from '../lacp/slow-protocols.js';
import type { Mac } from '../lacp/variables.js';
import type { CapturedFrame } from './capture/capture.js';
import { Duplicates } from './duplicates.js';
import { type End, Ends } from './end.js';
import { believable, type EndExplanation, explainEnd } from './explanation.js';
import { FarEnds } from './far-ends.js';
import { Findings } from './findings.js';
import { Timing } from './intervals.js';
import type { EndReport, HistoryEvent, Report } from './report.js';
import { allRules } from './rules/index.js';
import { type Announcement, sameBits, sameIdentity } from './said.js';
import { Troubles } from './troubles.js';

export interface ReplayOptions {
  readonly md5: Md5;
  readonly history: (event: HistoryEvent) => void;
}

/** Longer than every timer of the standard: time beyond it is left out for the machines. */
const LONGEST_STILLNESS = 300_000;
/** More are not followed: somebody makes them up. */
const MOST_ENDS = 1_000;
/** Of an LACPDU that the capture has cut, both Information TLVs must be there. */
const LEAST_LACPDU = 42;
const HEADER = 14;
/** Machines that tell nothing about the link. */
const INNER = new Set<HappeningOf<'transition'>['machine']>(['periodic', 'transmit', 'long_lacpdu']);

export class Replay {
  readonly #clock = new VirtualClock();
  readonly #ends = new Ends();
  readonly #duplicates = new Duplicates();
  readonly #rules = allRules();
  readonly #findings = new Findings();
  readonly #timing = new Map<End, Timing>();
  readonly #troubles = new Troubles();
  readonly #farEnds: FarEnds;
  #start: number | undefined;
  #at = 0;
  /** Time that was left out for the machines. */
  #leftOut = 0;
  #packet: number | undefined;
  #counts = { markers: 0, others: 0, duplicates: 0, backwards: 0, unfollowed: 0 };

  constructor(private readonly options: ReplayOptions) {
    const transition = (step: HappeningOf<'transition'>) => {
      if (INNER.has(step.machine)) return;
      const at = this.#clock.now() + this.#leftOut;
      this.#tell({ kind: 'machine', at, packet: this.#packet, end: step.port, step });
    };
    const settled = (ports: readonly PortExplanation[]) => {
      for (const { port, verdicts } of ports) {
        const end = this.#ends.byLabel(port);
        if (end === undefined) continue;
        this.#troubles.observe(port, believable(end, verdicts), this.#clock.now() + this.#leftOut);
      }
    };
    this.#farEnds = new FarEnds({ clock: this.#clock, md5: options.md5, transition, settled }, this.#ends);
  }

  /** When the capture began, milliseconds since 1970: to be called before the first frame. */
  begin(at: number): void {
    this.#start ??= at;
  }

  /** The next frame. `file` tells captures apart that are replayed together. */
  frame(captured: CapturedFrame, file = ''): void {
    this.#goOn(captured.at);
    const place = [file, captured.place].filter((part) => part !== '').join(' ');
    const frame = completed(captured);
    if (this.#duplicates.has(place, frame, this.#at)) {
      this.#counts.duplicates++;
      return;
    }
    this.#packet = captured.packet;
    const parsed = parseSlowProtocols(frame);
    const moment = { at: this.#at, packet: captured.packet };
    if (parsed.kind === 'lacpdu') {
      const announcement = { ...moment, pdu: parsed.pdu };
      const capturedOctets = captured.frame.length - HEADER;
      this.#announce(place, parsed.source, announcement, frame, capturedOctets);
    } else if (parsed.kind === 'marker') {
      this.#marker(place, parsed.source, parsed.marker, moment);
    } else if (parsed.kind === 'other') {
      this.#counts.others++;
    } else {
      const reason = captured.missing > 0 ? 'cut-by-capture' : parsed.reason;
      const source = frame.length >= HEADER ? sourceOf(frame) : '';
      if (this.#findings.malformed({ source, place, reason })) {
        this.#tell({ kind: 'malformed', ...moment, source, place, reason });
      }
    }
    this.#packet = undefined;
  }

  /** The capture ends at `at`, milliseconds since 1970; undefined: with its last frame. */
  finish(at?: number): Report {
    if (at !== undefined) this.#goOn(at);
    const ends = this.#ends.all.map((end) => this.#endReport(end));
    this.#farEnds.close();
    return {
      until: this.#at,
      ends,
      disagreements: this.#findings.disagreements,
      malformed: this.#findings.unread,
      ...this.#counts,
    };
  }

  #goOn(time: number): void {
    this.#start ??= time;
    const at = time - this.#start;
    if (at < this.#at) this.#counts.backwards++;
    this.#at = Math.max(this.#at, at);
    const stillness = this.#at - this.#leftOut - this.#clock.now();
    if (stillness > LONGEST_STILLNESS) {
      this.#clock.advanceTo(this.#clock.now() + LONGEST_STILLNESS);
      this.#leftOut += stillness - LONGEST_STILLNESS;
    }
    this.#clock.advanceTo(this.#at - this.#leftOut);
  }

  #announce(place: string, source: Mac, now: Announcement, frame: Uint8Array, captured: number): void {
    if (this.#ends.all.length >= MOST_ENDS && this.#ends.bySource(place, source) === undefined) {
      this.#counts.unfollowed++;
      return;
    }
    const before = this.#ends.lastOf(place, source, now.pdu);
    const { end, known } = this.#ends.announce(place, source, now);
    const { at, packet, pdu } = now;
    if (!known) this.#tell({ kind: 'end', at, packet, end: end.label, place, source, actor: pdu.actor });
    const renamed = before !== undefined && !sameIdentity(before.pdu, pdu);
    if (before === undefined || renamed || !sameBits(before.pdu, pdu)) {
      const partnerName = this.#ends.nameOf(pdu.partner, place);
      this.#tell({
        kind: 'says',
        at,
        packet,
        end: end.label,
        actor: pdu.actor,
        partner: pdu.partner,
        partnerName,
        renamed,
      });
    }
    if (before === undefined || renamed || !sameBits(before.pdu, pdu)) this.#farEnds.says(end);
    this.#timingOf(end).add(now, before);
    const far = this.#ends.farOf(end);
    this.#judge(end, now, before, far, frame.subarray(HEADER), captured);
    this.#farEnds.hear(end, frame, far);
  }

  #judge(
    end: End,
    now: Announcement,
    before: Announcement | undefined,
    far: End | undefined,
    body: Uint8Array,
    captured: number,
  ): void {
    const { at, packet } = now;
    const neighbours = this.#ends.at(end.place);
    for (const rule of this.#rules) {
      rule.says?.({ end, now, before, far, neighbours, body, captured }, (clause, text) => {
        const disagreement = { end: end.label, rule: rule.name, clause, text };
        if (this.#findings.disagreement(disagreement, { at, packet })) {
          this.#tell({ kind: 'disagreement', at, packet, ...disagreement });
        }
      });
      if (far !== undefined) rule.hears?.(far, now, before);
    }
  }

  #marker(place: string, source: Mac, marker: Marker, moment: { at: number; packet: number }): void {
    this.#counts.markers++;
    const sender = this.#ends.bySource(place, source);
    this.#tell({ kind: 'marker', ...moment, end: sender?.label ?? source, marker });
    if (sender === undefined) return;
    const asked = marker.kind === 'response' ? sender : this.#ends.farOf(sender);
    if (asked === undefined) return;
    for (const rule of this.#rules) rule.marker?.(asked, marker, moment.at);
  }

  #timingOf(end: End): Timing {
    const timing = this.#timing.get(end) ?? new Timing();
    this.#timing.set(end, timing);
    return timing;
  }

  #endReport(end: End): EndReport {
    const { label, place, source, first, last, announcements } = end;
    const { actor, partner, version } = last.pdu;
    return {
      end: label,
      place,
      source,
      version,
      actor,
      partner,
      far: this.#ends.farOf(end)?.label,
      first: { at: first.at, packet: first.packet },
      last: { at: last.at, packet: last.packet },
      lacpdus: announcements,
      timing: this.#timingOf(end).report(),
      explanation: this.#explain(end),
    };
  }

  #explain(end: End): EndExplanation {
    const model = this.#farEnds.explain(end);
    // Of what began before a stillness that was left out, the time is told too late by as much.
    const verdicts =
      model?.verdicts.map((each) => ({
        ...each,
        since: each.since === undefined ? undefined : each.since + this.#leftOut,
      })) ?? [];
    return explainEnd({
      end,
      far: this.#ends.farOf(end),
      model: model && { ...model, verdicts },
      earlier: this.#troubles.of(end.label),
      malformed: this.#findings.unread,
      now: this.#at,
    });
  }

  #tell(event: HistoryEvent): void {
    this.options.history(event);
  }
}

/** An LACPDU of which the capture has left out only what nobody looks at, with zeros in the place of that. */
function completed({ frame, missing }: CapturedFrame): Uint8Array {
  const length = HEADER + LACPDU_LENGTH;
  const readable = frame.length >= HEADER + LEAST_LACPDU && frame[HEADER] === Subtype.LACP;
  if (missing === 0 || !readable || frame.length >= length || frame.length + missing < length) return frame;
  const whole = new Uint8Array(length);
  whole.set(frame);
  return whole;
}
