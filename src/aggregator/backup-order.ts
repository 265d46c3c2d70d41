/** mode=active-backup: which port carries, and who is next. */
import type { CandidatePort } from './policy.js';

export const PRIMARY_RESELECTS = ['always', 'better', 'failure'] as const;
/** When the primary port takes over from another that works: always, when it is faster, or never. */
export type PrimaryReselect = (typeof PRIMARY_RESELECTS)[number];

export interface BackupPort extends CandidatePort {
  /** The operator prefers it. */
  readonly primary: boolean;
}

/** Best first. `ports`: in the order of the standard, which decides among those that wait. */
export function inBackupOrder<Port extends BackupPort>(ports: readonly Port[], reselect: PrimaryReselect): Port[] {
  const usable = ports.filter(({ variables: v }) => v.port_enabled && v.may_distribute);
  const carrying = usable.find(({ variables: v }) => v.Selected === 'SELECTED');
  const primary = usable.find((port) => port.primary);
  const first = primary !== undefined && takesOver(primary, carrying, reselect) ? primary : carrying;
  return [...new Set([...(first === undefined ? [] : [first]), ...usable, ...ports])];
}

function takesOver(primary: BackupPort, carrying: BackupPort | undefined, reselect: PrimaryReselect): boolean {
  if (carrying === undefined || reselect === 'always') return true;
  return reselect === 'better' && (primary.bandwidth ?? 0) > (carrying.bandwidth ?? 0);
}
