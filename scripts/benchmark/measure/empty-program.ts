/**
 * Helper program: hangs a BPF program that does nothing on an interface (argument) of this network namespace, before all
 * others, until it is stopped. What the kernel counts for it is what counting itself costs. Prints `hanging`.
 */
import { openLinkWatch } from '../../../src/drivers/link-watch.js';
import { linkTcxIngress } from '../../../src/drivers/sys/bpf-links.js';
import * as bpf from '../../../src/drivers/sys/bpf-programs.js';

const [name = ''] = process.argv.slice(2);
const links = openLinkWatch();
const link = links.links().find((each) => each.name === name);
links.close();
if (link === undefined) throw new Error(`no interface ${name}`);
const code = bpf.assemble([
  [bpf.BPF_MOV64_IMM, 0, 0, 0, bpf.TCX_NEXT],
  [bpf.BPF_EXIT, 0, 0, 0, 0],
]);
linkTcxIngress(bpf.loadProgram('classifier', 'veth_empty', code), link.ifindex, 'first');
console.log('hanging');
setInterval(() => {}, 60_000);
