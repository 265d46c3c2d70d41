/**
 * The tree openconfig-lacp (module version 2.1.0) as we fill it, in the JSON encoding of RFC 7951: numbers of 64 bits are
 * text, enumerations are their names, what is not known is absent. The JSON Schema is made from this.
 */
import { z } from 'zod';

/** Name of the top-level member: module and container. */
export const OPENCONFIG_LACP = 'openconfig-lacp:lacp';

const uint16 = z.int().min(0).max(65_535);
const uint64 = z.string().regex(/^(0|[1-9]\d{0,19})$/);
const macAddress = z.string().regex(/^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$/);
const name = z.string().min(1);
const activity = z.enum(['ACTIVE', 'PASSIVE']);

const interfaceConfig = z.strictObject({
  name: name.describe('Interface that aggregates'),
  interval: z.enum(['FAST', 'SLOW']).describe('Option rate: what is asked of the partner'),
  'lacp-mode': activity.describe('Option lacp'),
  'system-id-mac': macAddress.optional().describe('Option system-id; absent: chosen by vethd'),
  'system-priority': uint16.describe('Option system-priority'),
  fallback: z.boolean().describe('Option fallback is one or all'),
});

const interfaceState = interfaceConfig
  .omit({ 'system-id-mac': true })
  .extend({ 'system-id-mac': macAddress.describe('System identifier in use') });

const memberConfig = z.strictObject({
  interface: name.describe('Port'),
  'port-priority': uint16.describe('Option port-priority'),
});

const counters = z.strictObject({
  'lacp-in-pkts': uint64.describe('LACPDUs received'),
  'lacp-out-pkts': uint64.describe('LACPDUs sent'),
  'lacp-rx-errors': uint64.describe('LACPDUs received that are too short to be read'),
  'lacp-unknown-errors': uint64.describe('Slow protocols of another subtype received (UnknownRx of the MIB)'),
  'lacp-errors': uint64.describe('Slow-protocols frames discarded, for any reason (IllegalRx of the MIB)'),
  'lacp-timeout-transitions': uint64.describe('Timeouts of the partner that began, and that ended'),
});

const memberState = z.strictObject({
  interface: name.describe('Port'),
  'port-priority': uint16.describe('Actor_Port_Priority'),
  activity: activity.describe('LACP_Activity of the Actor'),
  timeout: z.enum(['LONG', 'SHORT']).describe('LACP_Timeout of the Actor'),
  synchronization: z.enum(['IN_SYNC', 'OUT_SYNC']).describe('Synchronization of the Actor'),
  aggregatable: z.boolean().describe('Aggregation of the Actor'),
  collecting: z.boolean().describe('Collecting of the Actor'),
  distributing: z.boolean().describe('Distributing of the Actor'),
  'system-id': macAddress.describe('Actor_System'),
  'oper-key': uint16.describe('Actor_Oper_Port_Key'),
  'port-num': uint16.describe('Actor_Port_Number'),
  'partner-id': macAddress.optional().describe('Partner_Oper_System; absent, as the next three: no partner'),
  'partner-key': uint16.optional().describe('Partner_Oper_Key'),
  'partner-port-num': uint16.optional().describe('Partner_Oper_Port_Number'),
  'partner-port-priority': uint16.optional().describe('Partner_Oper_Port_Priority'),
  'last-change': uint64
    .optional()
    .describe('When a timeout of the partner began or ended last, in nanoseconds since 1970; absent: never'),
  counters,
});

const member = z.strictObject({
  interface: name.describe('Key of the list'),
  config: memberConfig,
  state: memberState,
});

const lacpInterface = z.strictObject({
  name: name.describe('Key of the list'),
  config: interfaceConfig,
  state: interfaceState,
  members: z.strictObject({ member: z.array(member) }),
});

const lacp = z.strictObject({ interfaces: z.strictObject({ interface: z.array(lacpInterface) }) });

export const openconfigSchema = z.strictObject({ [OPENCONFIG_LACP]: lacp });

export type OpenconfigLacp = z.infer<typeof lacp>;
export type OpenconfigInterface = z.infer<typeof lacpInterface>;
export type OpenconfigMember = z.infer<typeof member>;

/** JSON Schema of the document, with a final newline. */
export function openconfigSchemaText(): string {
  const described = openconfigSchema.describe(
    'LACP state of vethd by the names of openconfig-lacp, see docs/openconfig.md',
  );
  return `${JSON.stringify(z.toJSONSchema(described), null, 2)}\n`;
}
