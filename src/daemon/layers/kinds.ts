/** The kinds of layered interfaces, for all that reads and writes configurations. */
import { ALIAS_KIND } from './alias/alias-kind.js';
import type { LayerKind } from './layer.js';

export const LAYER_KINDS: readonly LayerKind[] = [ALIAS_KIND];
