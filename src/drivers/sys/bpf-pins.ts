/** BPF objects under a path of a BPF file system, where they outlive their process. unlink(2) ends a pin. */
import { bpf } from './bpf.js';
import { libc } from './libc.js';

function request(path: string, fd: number): [attr: Buffer, path: Buffer] {
  const name = Buffer.from(`${path}\0`);
  const attr = Buffer.alloc(16);
  attr.writeBigUInt64LE(libc().address(name), 0);
  attr.writeUInt32LE(fd, 8);
  return [attr, name];
}

/** Keeps a map, program or link under a path that must not exist. `SysError`: EPERM elsewhere than on bpffs. */
export function pin(fd: number, path: string): void {
  const [attr, name] = request(path, fd);
  bpf('BPF_OBJ_PIN', attr, `keep a BPF object as ${path}`, name);
}

/** A new descriptor of what was kept. Throws SysError. */
export function openPin(path: string): number {
  const [attr, name] = request(path, 0);
  return bpf('BPF_OBJ_GET', attr, `open the BPF object ${path}`, name);
}
