/** The layered interfaces of a daemon, a `Layer` for each of `LAYER_KINDS`. */
import { AliasLayer } from './alias/alias-layer.js';
import type { Layer } from './layer.js';
import type { LayerContext } from './layer-context.js';

export function openLayers(context: LayerContext): readonly Layer[] {
  return [new AliasLayer(context)];
}
