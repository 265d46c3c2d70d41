/** For `skipIf`: true, with the reason printed, where the kernel or the lack of privileges permits no BPF programs. */
import { SILENCE_PROGRAM } from '../../src/drivers/silence-program.js';
import { assemble, loadProgram } from '../../src/drivers/sys/bpf-programs.js';
import { libc } from '../../src/drivers/sys/libc.js';
import { SysError } from '../../src/drivers/sys/sys-error.js';

export function lacksBpf(): boolean {
  try {
    libc().close(loadProgram('classifier', 'veth_trial', assemble(SILENCE_PROGRAM)));
    return false;
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    process.stdout.write(`skipped: no BPF programs here (${error.message})\n`);
    return true;
  }
}
