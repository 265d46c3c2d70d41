/** Wrong in the Receive machine and its functions. */
import { assign } from 'xstate';
import { withState } from '../../src/lacp/functions.js';
import type { Lacpdu } from '../../src/lacp/lacpdu.pdu.js';
import type { PortVariables } from '../../src/lacp/variables.js';
import { ACTOR_STATE, type Mutation, octet, PARTNER_STATE, sent } from './mutation.js';

type V = PortVariables;
type A = Pick<PortVariables, 'Actor_Oper'>;
const nothing = () => {};
/** The shortcut for LACPDUs that say nothing new would hide what the mutation does with them. */
const noShortcut = { saysNothingNew: () => false };
const EVERY_NTT = ['N-01', 'N-02', 'N-03', 'N-04', 'N-05', 'N-06', 'N-07', 'N-08', 'N-09'];

export const receiveMutations: readonly Mutation[] = [
  {
    name: '90 s where 3 s is right',
    engine: () => ({ currentWhileTime: () => 90_000 }),
    fails: ['R-02', 'R-04', 'R-06', 'R-08', 'P-07'],
    passes: ['R-05'],
  },
  {
    name: '3 s where 90 s is right',
    engine: () => ({ currentWhileTime: () => 3_000 }),
    fails: ['R-05'],
    passes: ['R-04', 'R-06'],
  },
  {
    name: "timeout by the partner's bit",
    engine: () => ({ currentWhileTime: (v: V) => (v.Partner_Oper.State.LACP_Timeout ? 3_000 : 90_000) }),
    fails: ['R-05', 'R-06'],
    passes: ['R-04'],
  },
  {
    name: 'EXPIRED lasts 6 s',
    machine: {
      actions: {
        start_current_while_timer_Short: ({ context, event }) => {
          context.clockwork.timers.current_while_timer = (event.now ?? 0) + 6_000;
        },
      },
    },
    fails: ['R-02', 'P-07'],
    passes: ['R-04'],
  },
  {
    name: 'EXPIRED gives the link up at once',
    machine: {
      actions: {
        Expired_TRUE: assign(({ context: v }) => ({
          Selected: 'UNSELECTED' as const,
          Actor_Oper: withState(v.Actor_Oper, { Expired: true }),
        })),
      },
    },
    fails: ['R-07'],
    passes: ['R-02', 'R-04', 'R-08'],
  },
  {
    name: 'EXPIRED asks for no faster LACPDUs',
    machine: { actions: { Partner_LACP_Timeout_SHORT: nothing } },
    fails: ['R-08'],
    passes: ['R-04', 'R-09'],
  },
  {
    name: 'EXPIRED takes the partner for active',
    frames: sent((frame) => {
      if (octet(frame, ACTOR_STATE) & 0x80) frame[PARTNER_STATE] = octet(frame, PARTNER_STATE) | 0x01;
    }),
    fails: ['R-09'],
    passes: ['R-08'],
  },
  {
    name: 'Expired is never told',
    frames: sent((frame) => frame.set([octet(frame, ACTOR_STATE) & 0x7f], ACTOR_STATE)),
    fails: ['R-01', 'R-04', 'R-05', 'R-14'],
    passes: ['R-03', 'R-10', 'R-11'],
  },
  {
    name: 'Defaulted is never taken back',
    engine: ({ recordPDU }) => ({
      ...noShortcut,
      recordPDU: (v: A, pdu: Lacpdu) => ({ ...recordPDU(v, pdu), Actor_Oper: v.Actor_Oper }),
    }),
    fails: ['R-03'],
    passes: ['R-04', 'R-09'],
  },
  {
    name: 'the last partner is the default',
    engine: () => ({
      recordDefault: (v: V) => ({ Actor_Oper: withState(v.Actor_Oper, { Defaulted: true }) }),
    }),
    fails: ['F-09', 'R-10', 'R-15'],
    passes: ['R-02', 'R-04'],
  },
  {
    name: 'a link that goes down and up is as before',
    machine: { guards: { port_disabled: () => false } },
    fails: ['R-01', 'R-11', 'R-15'],
    passes: ['R-13', 'R-14'],
  },
  {
    name: 'speaks with LACP off',
    engine: () => ({ periodicDisabled: (v: V) => !v.port_enabled }),
    fails: ['R-13'],
    passes: ['R-11', 'R-12'],
  },
  {
    name: 'the match is left out',
    engine: ({ recordPDU }) => ({
      ...noShortcut,
      recordPDU: (v: A, pdu: Lacpdu) => recordPDU(v, { ...pdu, partner: { ...v.Actor_Oper } }),
    }),
    fails: ['M-01', 'M-02', 'M-03', 'M-04', 'M-05', 'M-06', 'M-11'],
    passes: ['M-07', 'M-08', 'M-09'],
  },
  {
    name: "the partner's Synchronization is taken for granted",
    engine: ({ recordPDU }) => ({
      ...noShortcut,
      recordPDU: (v: A, { actor, ...pdu }: Lacpdu) =>
        recordPDU(v, { ...pdu, actor: withState(actor, { Synchronization: true }) }),
    }),
    fails: ['M-07', 'X-07'],
    passes: ['M-01', 'M-11'],
  },
  {
    name: 'individual links must match too',
    engine: ({ recordPDU, samePort }) => ({
      ...noShortcut,
      recordPDU: (v: A, pdu: Lacpdu) =>
        recordPDU(v, samePort(pdu.partner, v.Actor_Oper) ? pdu : { ...pdu, actor: outOfSync(pdu) }),
    }),
    fails: ['M-08'],
    passes: ['M-01', 'M-09'],
  },
  {
    name: 'both must be active',
    engine: ({ recordPDU }) => ({
      ...noShortcut,
      recordPDU: (v: A, pdu: Lacpdu) =>
        recordPDU(v, { ...pdu, partner: withState(pdu.partner, { LACP_Activity: false }) }),
    }),
    fails: ['M-09'],
    passes: ['M-10', 'M-11', 'M-07'],
  },
  {
    name: 'nobody needs to be active',
    engine: ({ recordPDU, periodicDisabled }) => ({
      ...noShortcut,
      periodicDisabled: (v: V) =>
        periodicDisabled({ ...v, Actor_Oper: withState(v.Actor_Oper, { LACP_Activity: true }) }),
      recordPDU: (v: A, pdu: Lacpdu) => {
        const changes = recordPDU(v, { ...pdu, actor: withState(pdu.actor, { LACP_Activity: true }) });
        return { ...changes, Partner_Oper: withState(changes.Partner_Oper, pdu.actor.State) };
      },
    }),
    fails: ['M-10', 'P-05'],
    passes: ['M-09', 'M-07'],
  },
  {
    name: 'no update_Selected',
    engine: () => ({ ...noShortcut, update_Selected: () => ({}) }),
    fails: ['S-01', 'S-02', 'S-03', 'S-04', 'S-05', 'S-06', 'X-10'],
    passes: ['S-07', 'N-01', 'M-01'],
  },
  {
    name: 'selected anew whatever changes',
    engine: () => ({
      ...noShortcut,
      update_Selected: (v: V, pdu: Lacpdu) =>
        JSON.stringify(pdu.actor) === JSON.stringify(v.Partner_Oper) ? {} : { Selected: 'UNSELECTED' },
    }),
    fails: ['S-07', 'X-06', 'X-07'],
    passes: ['S-01', 'S-05', 'N-01'],
  },
  {
    name: 'no update_NTT',
    engine: () => ({ ...noShortcut, update_NTT: () => ({}) }),
    fails: [...EVERY_NTT, 'P-09'],
    passes: ['N-10', 'S-01', 'P-02'],
  },
  {
    name: 'NTT for all eight bits',
    engine: ({ update_NTT, sameState }) => ({
      ...noShortcut,
      update_NTT: (v: A, pdu: Lacpdu) =>
        sameState(pdu.partner.State, v.Actor_Oper.State) ? update_NTT(v, pdu) : { NTT: true },
    }),
    fails: ['N-10'],
    passes: ['N-01', 'N-08', 'P-02'],
  },
];

const outOfSync = ({ actor }: Lacpdu) => withState(actor, { Synchronization: false });
