/** The layered interfaces of a daemon, a `Layer` for each of `LAYER_KINDS`. */
import { slaveDrivers } from '../../drivers/ipvlan/slave-drivers.js';
import { AliasLayer } from './alias/alias-layer.js';
import type { Layer } from './layer.js';
import type { LayerContext } from './layer-context.js';
import { LinksLayer } from './links/links-layer.js';

export function openLayers(context: LayerContext): readonly Layer[] {
  return [new LinksLayer(context, slaveDrivers()), new AliasLayer(context)];
}
