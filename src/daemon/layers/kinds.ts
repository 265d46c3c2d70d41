/** The kinds of layered interfaces, for all that reads and writes configurations. */
import { ALIAS_KIND } from './alias/alias-kind.js';
import type { LayerKind } from './layer.js';
import { LINK_KIND } from './links/link-kind.js';

/** In this order they are made: an alias may lie on a slave. */
export const LAYER_KINDS: readonly LayerKind[] = [LINK_KIND, ALIAS_KIND];
