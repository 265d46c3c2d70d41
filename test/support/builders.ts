/** Values for tests: a sound default, of which a test names only what it is about. */
import fc from 'fast-check';
import type { ConversationTlvs } from '../../src/lacp/conversation-tlvs.js';
import type { Lacpdu } from '../../src/lacp/lacpdu.pdu.js';
import { macFromBytes } from '../../src/lacp/mac.js';
import type { Marker } from '../../src/lacp/marker.pdu.js';
import { decodePortState } from '../../src/lacp/port-state.js';
import type { PortInformation, PortState } from '../../src/lacp/variables.js';

/** Some of the fields; of the state also only some of the bits. */
export type SomeInformation = Partial<Omit<PortInformation, 'State'>> & { readonly State?: Partial<PortState> };

/** Active, short timeout, aggregatable, in sync, collecting and distributing; nothing else set. */
export function portState(some: Partial<PortState> = {}): PortState {
  return { ...decodePortState(0x3f), ...some };
}

export function portInformation(some: SomeInformation = {}): PortInformation {
  return {
    System_Priority: 0x8000,
    System: '02:00:00:00:00:0a',
    Key: 1,
    Port_Priority: 0x80,
    Port: 1,
    ...some,
    State: portState(some.State),
  };
}

/** An LACPDU from system ..:0a port 1 to system ..:0b port 1, both distributing, unless told otherwise. */
export function lacpdu(
  some: Partial<Omit<Lacpdu, 'actor' | 'partner'>> & {
    readonly actor?: SomeInformation;
    readonly partner?: SomeInformation;
  } = {},
): Lacpdu {
  return {
    version: 1,
    collectorMaxDelay: 0,
    ...some,
    actor: portInformation(some.actor),
    partner: portInformation({ System: '02:00:00:00:00:0b', ...some.partner }),
  };
}

/** A Marker Information PDU from system ..:0a port 1, transaction 1, unless told otherwise. */
export function marker(some: Partial<Marker> = {}): Marker {
  return {
    kind: 'information',
    requesterPort: 1,
    requesterSystem: '02:00:00:00:00:0a',
    requesterTransactionId: 1,
    ...some,
  };
}

const anyMac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => macFromBytes(bytes));
const anyUint16 = fc.integer({ min: 0, max: 0xffff });
const anyInformation: fc.Arbitrary<PortInformation> = fc.record({
  System_Priority: anyUint16,
  System: anyMac,
  Key: anyUint16,
  Port_Priority: anyUint16,
  Port: anyUint16,
  State: fc.integer({ min: 0, max: 0xff }).map(decodePortState),
});

const anyHex = (octets: number) =>
  fc.uint8Array({ minLength: octets, maxLength: octets }).map((bytes) => Buffer.from(bytes).toString('hex'));

/** Every set of version 2 TLVs, at least one, in which a mask is whole. */
export const anyConversationTlvs: fc.Arbitrary<ConversationTlvs> = fc
  .record(
    {
      portAlgorithm: anyHex(4),
      linkList: fc.record({ linkNumber: anyUint16, digest: anyHex(16) }),
      mask: fc.record({ ActPar_Sync: fc.boolean(), PSI: fc.boolean(), DWC: fc.boolean(), mask: anyHex(512) }),
      serviceMappingDigest: anyHex(16),
    },
    { requiredKeys: [] },
  )
  .filter((tlvs) => Object.keys(tlvs).length > 0);

/** Every LACPDU that has a form on the wire, but for the TLVs of version 2. */
export const anyLacpdu: fc.Arbitrary<Lacpdu> = fc.record({
  version: fc.integer({ min: 0, max: 0xff }),
  actor: anyInformation,
  partner: anyInformation,
  collectorMaxDelay: anyUint16,
});

/** Every marker that has a form on the wire. */
export const anyMarker: fc.Arbitrary<Marker> = fc.record({
  kind: fc.constantFrom('information', 'response'),
  requesterPort: anyUint16,
  requesterSystem: anyMac,
  requesterTransactionId: fc.integer({ min: 0, max: 0xffff_ffff }),
});
