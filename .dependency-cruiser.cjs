/** The import walls of docs/architecture.md: arrows go one way, no cycles. */
const wall = (name, from, allowed) => ({
  name: `wall-${name}`,
  severity: 'error',
  comment: `${from} may import only: ${allowed}`,
  from: { path: `^${from}/` },
  to: { pathNot: `^(${allowed})` },
});
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphan-target', severity: 'error', from: {}, to: { couldNotResolve: true } },
    wall('lacp', 'src/lacp', 'src/lacp/|node_modules/xstate'),
    wall('mux', 'src/mux', 'src/mux/|src/lacp/|node_modules/xstate'),
    wall('aggregator', 'src/aggregator', 'src/aggregator/|src/mux/|src/lacp/|node_modules/xstate'),
    {
      ...wall(
        'drivers',
        'src/drivers',
        'src/drivers/|src/layers/|src/mux/|src/lacp/|src/aggregator/io\\.ts|node_modules/|[a-z:_/]+$',
      ),
    },
    wall('layers', 'src/layers', 'src/layers/|src/mux/|src/lacp/|src/aggregator/io\\.ts'),
    wall('machines', 'src/machines', 'src/machines/|src/lacp/|src/mux/|src/aggregator/|node_modules/xstate'),
    wall('replay', 'src/replay', 'src/replay/|src/lacp/|src/mux/|src/aggregator/'),
    wall('simulator', 'src/simulator', 'src/simulator/|src/lacp/|src/mux/|src/aggregator/'),
    wall(
      'scenario-file',
      'src/scenario-file',
      'src/scenario-file/|src/simulator/|src/lacp/|src/aggregator/|src/daemon/(config/|option|refusal|interface-name|nearest|free-number|settings-check)|node_modules/yaml',
    ),
    // The drivers only behind kernel-wire.ts, which implements conformance/wire.ts.
    wall('conformance', 'src/conformance', 'src/conformance/|src/lacp/|src/mux/|src/drivers/|[a-z:_/]+$'),
    {
      name: 'conformance-drivers-behind-wire',
      severity: 'error',
      from: { path: '^src/conformance/', pathNot: '^src/conformance/kernel-wire\\.ts$' },
      to: { path: '^src/drivers/' },
    },
    wall(
      'vethcfg',
      'vethcfg',
      'vethcfg/|src/conformance/|src/replay/|src/pictures/|src/simulator/|src/scenario-file/|src/lacp/(mac|port-state|variables)\\.ts|src/daemon/(messages|status-table|why|md5|option-kinds|config/problems)\\.ts|src/daemon/(metrics|openconfig)/|src/daemon/layers/(kinds|layer|alias/alias-kind)\\.ts|src/layers/alias/|src/daemon/(daemon-)?options\\.ts|src/aggregator/(status|status-words|verdict|journal/(compactor|line))\\.ts|node_modules/|[a-z:_/]+$',
    ),
    wall('pictures', 'src/pictures', 'src/pictures/|src/lacp/|src/aggregator/'),
    // What it takes of the daemon are types.
    wall(
      'web',
      'web',
      'web/|src/pictures/|src/daemon/messages\\.ts|src/daemon/http/documents\\.ts|node_modules/uplot/',
    ),
    {
      name: 'web-daemon-types-only',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/daemon/', dependencyTypesNot: ['type-only'] },
    },
    { name: 'src-not-to-web', severity: 'error', from: { path: '^(src|vethcfg)/' }, to: { path: '^web/' } },
    { name: 'src-not-to-test', severity: 'error', from: { path: '^(src|vethcfg)/' }, to: { path: '^test/' } },
    { name: 'src-not-to-vethcfg', severity: 'error', from: { path: '^src/' }, to: { path: '^vethcfg/' } },
    {
      name: 'no-dev-dependency',
      severity: 'error',
      from: { path: '^(src|vethcfg)/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
