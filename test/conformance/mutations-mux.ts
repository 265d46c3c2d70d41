/** Wrong in the Mux machine and in the Selection Logic. */
import { withState } from '../../src/lacp/functions.js';
import type { PortInformation, PortVariables } from '../../src/lacp/variables.js';
import { ACTOR_STATE, isLacp, type Mutation, octet, seeing, sent } from './mutation.js';
import type { Meddling } from './virtual-device.js';

type V = PortVariables;
const nothing = () => {};
const IN_TRAFFIC = 0x38;

/** Tells each change of Synchronization, Collecting, Distributing by way of a state with none of them. */
const leaky = (): Meddling => {
  let before = 0;
  return (frame, direction) => {
    if (direction !== 'sent' || !isLacp(frame)) return [frame];
    const bits = octet(frame, ACTOR_STATE) & IN_TRAFFIC;
    const moved = bits !== before;
    before = bits;
    const intermediate = frame.slice();
    intermediate[ACTOR_STATE] = octet(frame, ACTOR_STATE) & ~IN_TRAFFIC;
    return moved ? [intermediate, frame] : [frame];
  };
};

/** Does not send the LACPDUs that take Synchronization back. */
const noFarewell = (): Meddling => {
  let inSync = false;
  return (frame, direction) => {
    if (direction !== 'sent' || !isLacp(frame)) return [frame];
    const now = (octet(frame, ACTOR_STATE) & 0x08) !== 0;
    const taken = inSync && !now;
    inSync = now;
    return taken ? [] : [frame];
  };
};

export const muxMutations: readonly Mutation[] = [
  {
    name: 'never in sync',
    machine: { actions: { Synchronization_TRUE: nothing } },
    fails: ['X-01', 'L-01', 'M-07', 'K-01', 'S-03'],
    passes: ['F-01', 'V-01', 'P-05'],
  },
  {
    name: 'no wait_while',
    machine: {
      actions: {
        start_wait_while_timer: ({ context, event }) => {
          context.clockwork.timers.wait_while_timer = event.now ?? 0;
        },
      },
    },
    fails: ['X-01', 'X-02', 'S-01', 'S-03'],
    passes: ['X-04', 'X-10'],
  },
  {
    name: 'Ready of each port by itself',
    engine: () => ({ ready: (waiting) => waiting.some((v) => v.Ready_N) }),
    fails: ['X-02'],
    passes: ['X-01', 'L-01'],
  },
  {
    name: 'coupled control, but Collecting is told alone',
    machine: { actions: { Distributing_TRUE: nothing } },
    fails: ['X-03', 'X-05', 'L-01'],
    passes: ['X-01', 'X-04'],
  },
  {
    name: "distributes without the partner's Collecting",
    machine: {
      guards: {
        in_sync_and_Partner_Collecting: ({ context: v }) => mayUse(v),
        not_in_sync_or_Partner_not_Collecting: ({ context: v }) => !mayUse(v),
      },
    },
    fails: ['X-04', 'X-06'],
    passes: ['X-05', 'X-07'],
  },
  {
    name: "keeps distributing when the partner's Collecting drops",
    machine: { guards: { not_in_sync_or_Partner_not_Collecting: ({ context: v }) => !mayUse(v) } },
    fails: ['X-06'],
    passes: ['X-04', 'X-05', 'X-07'],
  },
  {
    name: 'collects only when the partner distributes',
    machine: {
      guards: {
        in_sync_independent: ({ context: v }) => !v.coupled_control && mayUse(v) && v.Partner_Oper.State.Distributing,
      },
    },
    fails: ['X-04', 'X-12'],
    passes: ['X-03', 'X-07'],
  },
  {
    name: 'changes of the mux are not told',
    machine: { actions: { NTT_TRUE: nothing } },
    fails: ['X-09', 'X-06', 'X-07', 'H-03'],
    passes: ['X-05', 'X-12', 'P-02'],
  },
  { name: 'intermediate states leak', frames: leaky, fails: ['X-13', 'X-07'], passes: ['X-01', 'X-05'] },
  {
    name: 'out of sync is never told',
    frames: sent((frame) => frame.set([octet(frame, ACTOR_STATE) | 0x08], ACTOR_STATE)),
    fails: ['X-10', 'X-11', 'S-03', 'H-03'],
    passes: ['X-06', 'X-07'],
  },
  { name: 'leaves without a word', frames: noFarewell, fails: ['H-03'], passes: ['X-07', 'R-12'] },
  {
    name: 'two partners aggregate',
    engine: () => ({ lagId: () => 'one' }),
    fails: ['L-02', 'L-13', 'L-16'],
    passes: ['L-01', 'L-05'],
  },
  {
    name: 'individual links aggregate',
    engine: ({ lagId }) => ({
      lagId: (actor, partner) => lagId(actor, withState(partner, { Aggregation: true })),
    }),
    fails: ['L-04'],
    passes: ['L-01', 'L-02'],
  },
  {
    name: 'a loop between two ports is not noticed',
    engine: ({ isReflected }) => ({ isLoop: isReflected }),
    fails: ['L-05'],
    passes: ['L-06'],
  },
  {
    name: 'reflection is not noticed',
    engine: ({ isLoop }) => ({
      isReflected: () => false,
      isLoop: (actor, partner) => isLoop(actor, partner) && actor.Port !== partner.Port,
    }),
    fails: ['L-06'],
    passes: ['L-05'],
  },
  {
    name: "the partner's port priorities are not heeded",
    engine: seeing((v) => ({ ...v, Partner_Oper: { ...v.Partner_Oper, Port_Priority: 0 } })),
    fails: ['L-07'],
    passes: ['L-08', 'L-09'],
  },
  {
    name: 'own port priorities are not heeded',
    engine: seeing((v) => ({ ...v, Actor_Oper: { ...v.Actor_Oper, Port_Priority: 0 } })),
    fails: ['L-08'],
    passes: ['L-07', 'L-09'],
  },
  {
    name: 'the highest port number first',
    engine: seeing((v) => ({ ...v, Actor_Oper: counted(v.Actor_Oper) })),
    fails: ['L-09'],
    passes: ['L-07', 'L-08'],
  },
  {
    name: 'a port that stands by never takes over',
    engine: ({ select }) => ({
      select: (ports, rules) => {
        const result = select(ports, rules);
        return {
          ...result,
          decisions: result.decisions.map((decision, index) =>
            ports[index]?.variables.Selected === 'STANDBY'
              ? { ...decision, selected: 'STANDBY' as const, keptOut: 'max-links' as const }
              : decision,
          ),
        };
      },
    }),
    fails: ['L-10'],
    passes: ['X-11', 'L-09'],
  },
  {
    name: 'one link down puts all out of use',
    engine: ({ select }) => ({
      select: (ports, rules) =>
        select(
          ports.map((port) => ({ ...port, closed: ports.some(({ variables }) => !variables.port_enabled) })),
          rules,
        ),
    }),
    fails: ['R-12', 'L-10'],
    passes: ['R-11', 'L-01'],
  },
];

function mayUse({ Selected, Partner_Oper }: V): boolean {
  return Selected === 'SELECTED' && Partner_Oper.State.Synchronization;
}

const counted = (information: PortInformation): PortInformation => ({
  ...information,
  Port: 0xffff - information.Port,
});
