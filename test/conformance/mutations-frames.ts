/** Wrong in the form of what is sent, and in what is read of what arrives. */
import { ACTOR_STATE, isLacp, type Mutation, octet, received, refused, sent } from './mutation.js';

const padded = (frame: Uint8Array) =>
  frame.length >= 124 ? frame : Uint8Array.from([...frame, ...new Uint8Array(124 - frame.length)]);
const isLonger = (frame: Uint8Array) => frame.length > 124;

export const frameMutations: readonly Mutation[] = [
  { name: 'another destination', frames: sent((frame) => frame.set([0x0e], 5)), fails: ['F-01'], passes: ['F-02'] },
  {
    name: 'group address as source',
    frames: sent((frame) => frame.set([0x03], 6)),
    fails: ['F-02'],
    passes: ['F-01', 'F-03'],
  },
  {
    name: 'the same source on all ports',
    links: 2,
    frames: sent((frame) => frame.set([2, 0, 0, 0, 0, 9], 6)),
    fails: ['F-02'],
    passes: ['F-01', 'F-07'],
  },
  {
    name: 'frames of another length',
    frames: () => (frame, direction) => [direction === 'sent' ? Uint8Array.from([...frame, 0, 0, 0, 0]) : frame],
    fails: ['F-03'],
    passes: ['F-01', 'F-06', 'R-03'],
  },
  { name: 'version 7', frames: sent((frame) => frame.set([7], 15)), fails: ['F-04'], passes: ['F-01', 'F-03'] },
  { name: 'TLV length 18', frames: sent((frame) => frame.set([18], 17)), fails: ['F-05'], passes: ['F-06'] },
  {
    name: 'rubbish in reserved octets',
    frames: sent((frame) => frame.set([1], 33)),
    fails: ['F-06'],
    passes: ['F-05'],
  },
  {
    name: 'no port number',
    frames: sent((frame) => frame.set([0, 0], 14 + 16)),
    fails: ['F-07'],
    passes: ['F-08'],
  },
  {
    name: 'a system for each port',
    frames: sent((frame, port) => frame.set([port], 14 + 11)),
    fails: ['F-08'],
    passes: ['F-01', 'F-07'],
  },
  {
    name: 'Defaulted is never told',
    frames: sent((frame) => frame.set([octet(frame, ACTOR_STATE) & ~0x40], ACTOR_STATE)),
    fails: ['F-09', 'R-01', 'R-02', 'R-14', 'R-16'],
    passes: ['F-10', 'R-04'],
  },
  {
    name: 'the partner is told wrongly',
    frames: sent((frame) => frame.set([0x99], 14 + 35)),
    fails: ['F-10'],
    passes: ['F-05', 'F-06'],
  },
  {
    name: 'CollectorMaxDelay wanders',
    frames: () => {
      let count = 0;
      return sent((frame) => frame.set([++count & 0xff], 14 + 45))();
    },
    fails: ['F-11'],
    passes: ['F-05', 'F-06'],
  },
  { name: 'other versions refused', frames: refused((f) => f[15] !== 1), fails: ['V-01', 'E-03'], passes: ['V-02'] },
  {
    name: 'TLV types validated',
    frames: refused((frame) => isLacp(frame) && frame[16] !== 1),
    fails: ['V-02'],
    passes: ['V-01', 'V-03', 'V-04'],
  },
  {
    name: 'reserved octets validated',
    frames: refused((frame) => octet(frame, 33) !== 0),
    fails: ['V-03'],
    passes: ['V-02', 'V-05'],
  },
  {
    name: 'dies of a wrong TLV length',
    frames: () => {
      let dead = false;
      return (frame, direction) => {
        dead ||= direction === 'received' && isLacp(frame) && frame[17] === 19;
        return dead ? [] : [frame];
      };
    },
    fails: ['V-04'],
    passes: ['V-02', 'V-05'],
  },
  { name: 'longer LACPDUs refused', frames: refused(isLonger), fails: ['V-05', 'V-15'], passes: ['V-06', 'V-03'] },
  { name: 'short LACPDUs accepted', frames: received(padded), fails: ['V-06', 'V-14', 'K-04'], passes: ['V-05'] },
  {
    name: 'any subtype taken for LACP',
    frames: received((frame) => {
      frame[14] = 1;
      return frame;
    }),
    fails: ['V-07', 'V-08', 'V-09', 'V-14', 'K-01'],
    passes: ['V-06', 'V-10'],
  },
  {
    name: 'tags ignored',
    frames: received((frame) =>
      frame[12] === 0x81 ? Uint8Array.from([...frame.subarray(0, 12), ...frame.subarray(16)]) : frame,
    ),
    fails: ['V-10'],
    passes: ['V-11', 'V-07'],
  },
  {
    name: 'any destination accepted',
    frames: received((frame) => {
      frame.set([0x01, 0x80, 0xc2, 0, 0, 2], 0);
      return frame;
    }),
    fails: ['V-11'],
    passes: ['V-10', 'V-12'],
  },
  {
    name: 'any source accepted',
    frames: received((frame) => {
      frame.set([2], 6);
      return frame;
    }),
    fails: ['V-12'],
    passes: ['V-11'],
  },
];
