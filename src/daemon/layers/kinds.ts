/** The kinds of layered interfaces, for all that reads and writes configurations. */
import type { LayerKind } from './layer.js';

export const LAYER_KINDS: readonly LayerKind[] = [];
