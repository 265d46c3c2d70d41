/** Everything that is compared. */
import { group } from './group.js';
import { openVSwitch } from './open-vswitch.js';
import { raw } from './raw.js';
import type { Variant } from './variant.js';

export const VARIANTS: readonly Variant[] = [
  raw('raw', 'raw link'),
  raw('raw2', 'raw link again'),
  group('kernel1', 'kernel', 1),
  group('kernel4', 'kernel', 4),
  group('user1', 'user', 1),
  group('user4', 'user', 4),
  openVSwitch('ovs', false),
  openVSwitch('ovs-tso', true),
];
