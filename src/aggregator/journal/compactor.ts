/**
 * What repeats is counted. Nearly all that happens is that partners say again what they said, and that we do: of a run
 * of such events the journal keeps the first, and one entry `again` when something else happens on the port. A flood
 * of frames that differ is counted likewise.
 */
import { samePort, sameState } from '../../lacp/functions.js';
import type { Lacpdu } from '../../lacp/lacpdu.pdu.js';
import type { PortInformation } from '../../lacp/variables.js';
import type { Happening, HappeningOf, OfPort } from './happening.js';

/** Events of a kind that came on the port after one that was kept. */
export interface Again extends OfPort {
  readonly event: 'again';
  readonly of: Repeatable['event'];
  readonly times: number;
  /** When the last of them came, on the engine's clock. */
  readonly until: number;
  /** False: some of them differed, and there were too many to keep. */
  readonly alike: boolean;
}

export type Entry = { readonly at: number } & (Happening | Again);

type Repeatable = HappeningOf<
  'lacpdu' | 'sent' | 'timer' | 'marker' | 'marker-answered' | 'malformed' | 'other-protocol'
>;

interface Run {
  last: Repeatable;
  times: number;
  until: number;
  alike: boolean;
}

/** So many events of these kinds, and no more, are kept of a port within a second. */
const KEPT = 50;
const SECOND = 1_000;

class PortRuns {
  readonly runs = new Map<Repeatable['event'], Run>();
  #from = Number.NEGATIVE_INFINITY;
  #kept = 0;

  mayKeep(at: number): boolean {
    if (at - this.#from >= SECOND) {
      this.#from = at;
      this.#kept = 0;
    }
    return ++this.#kept <= KEPT;
  }
}

export class Compactor {
  readonly #ports = new Map<number, PortRuns>();

  /** `keep` gets what is worth an entry. */
  constructor(private readonly keep: (entry: Entry) => void) {}

  add(at: number, happening: Happening): void {
    if (!('number' in happening)) {
      this.keep({ at, ...happening });
      return;
    }
    const { number } = happening;
    let port = this.#ports.get(number);
    if (port === undefined) {
      port = new PortRuns();
      this.#ports.set(number, port);
    }
    if (isRepeatable(happening)) {
      const run = port.runs.get(happening.event);
      if (run !== undefined) {
        const alike = sameAs(run.last, happening);
        if (alike || !port.mayKeep(at)) {
          run.times += 1;
          run.until = at;
          run.alike &&= alike;
          return;
        }
      }
      this.#close(at, port);
      port.runs.set(happening.event, { last: happening, times: 0, until: at, alike: true });
    } else {
      this.#close(at, port);
    }
    this.keep({ at, ...happening });
    if (happening.event === 'port-removed' || happening.event === 'port-gone') this.#ports.delete(number);
  }

  /** Runs that go on, as they would be kept if they ended now. */
  open(at: number): Entry[] {
    return [...this.#ports.values()].flatMap(({ runs }) => [...runs.values()].flatMap((run) => ended(at, run)));
  }

  #close(at: number, { runs }: PortRuns): void {
    for (const run of runs.values()) {
      for (const entry of ended(at, run)) this.keep(entry);
      run.times = 0;
      run.alike = true;
    }
  }
}

function ended(at: number, { last, times, until, alike }: Run): Entry[] {
  if (times === 0) return [];
  if (times === 1 && until === at) return [{ at, ...last }];
  const { veth, port, number } = last;
  return [{ at, event: 'again', veth, port, number, of: last.event, times, until, alike }];
}

function isRepeatable(happening: Happening): happening is Repeatable {
  switch (happening.event) {
    case 'lacpdu':
    case 'sent':
    case 'marker':
    case 'marker-answered':
    case 'malformed':
    case 'other-protocol':
      return true;
    case 'timer':
      return happening.timer === 'periodic_timer';
    default:
      return false;
  }
}

/** Markers differ by nature: each asks anew. */
function sameAs(a: Repeatable, b: Repeatable): boolean {
  if (a.event === 'lacpdu' && b.event === 'lacpdu') {
    return samePdu(a.pdu, b.pdu) && a.source === b.source && a.malformedTlvs === b.malformedTlvs;
  }
  if (a.event === 'sent' && b.event === 'sent') return samePdu(a.pdu, b.pdu);
  if (a.event === 'malformed' && b.event === 'malformed') return a.reason === b.reason;
  if (a.event === 'other-protocol' && b.event === 'other-protocol') return a.subtype === b.subtype;
  return a.event === 'timer' || a.event === 'marker-answered';
}

const samePdu = (a: Lacpdu, b: Lacpdu): boolean =>
  a.version === b.version &&
  a.collectorMaxDelay === b.collectorMaxDelay &&
  sameInformation(a.actor, b.actor) &&
  sameInformation(a.partner, b.partner) &&
  (a.conversations === b.conversations || JSON.stringify(a.conversations) === JSON.stringify(b.conversations));

const sameInformation = (a: PortInformation, b: PortInformation): boolean =>
  samePort(a, b) && sameState(a.State, b.State);
