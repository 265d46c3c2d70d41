/**
 * A Debian system of its own for a test: this machine's files under a layer that takes all changes (overlayfs in
 * memory), with a real systemd as process 1, in the network namespace of a host of the lab. Nothing of it stays.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Lab } from '../../scripts/lab/lab.js';
import { type Finished, type Running, run } from '../../scripts/lab/processes.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { lacking, lacks } from './lacks.js';

const SYSTEMD = '/usr/lib/systemd/systemd';
const CGROUP2_SUPER_MAGIC = 0x63677270;
/** Where the second hierarchy of control groups is: alone, or beside the first. */
const CONTROL_GROUPS = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find(
  (path) => existsSync(path) && statfsSync(path).type === CGROUP2_SUPER_MAGIC,
);

/** Arguments: directory with `root`, name of the target to reach, node. */
const BOOT = `
set -e
mount -t tmpfs tmpfs "$1/layer"
mkdir "$1/layer/upper" "$1/layer/work"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/layer/upper,workdir=$1/layer/work" "$1/root"
cd "$1/root"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
if [ -d sys/fs/bpf ]; then mount -t bpf bpf sys/fs/bpf || true; fi
for each in run dev; do mount -t tmpfs tmpfs $each; done
for each in null zero full random urandom tty; do : >dev/$each; mount --bind /dev/$each dev/$each; done
mkdir dev/pts dev/shm
ln -s pts/ptmx dev/ptmx
rm -f usr/sbin/policy-rc.d
# ProtectHome= would hide a Node.js that lies in a home directory.
case "$3" in /usr/*) ;; *) cp "$3" usr/local/bin/node ;; esac
printf '[Unit]\\nDescription=nothing but what the test starts\\nDefaultDependencies=no\\n' >"etc/systemd/system/$2"
# Not chroot: systemd gives services a file system of their own, for which / must be a mount.
pivot_root . mnt
umount --lazy mnt
exec env -i container=veth-test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \\
  ${SYSTEMD} --system --unit="$2" --log-target=console --show-status=0
`;

/** For `skipIf`: true, with the reason printed, where this machine cannot have such a system. */
export function lacksDebianWorld(): boolean {
  if (CONTROL_GROUPS === undefined) return lacking('a system of its own needs cgroup2', ['false']);
  if (lacks('dpkg') || lacks(SYSTEMD)) return true;
  const group = join(CONTROL_GROUPS, `veth-trial-${process.pid}`);
  const trial =
    `mkdir "${group}" && rmdir "${group}" && cd "$(mktemp -d)" && mkdir layer root && ` +
    'mount -t tmpfs tmpfs layer && mkdir layer/u layer/w && ' +
    'mount -t overlay overlay -o lowerdir=/,upperdir=layer/u,workdir=layer/w root && umount root layer && ' +
    'rmdir layer root "$PWD"';
  return lacking('no system of its own can be made', ['unshare', '--mount', '--pid', '--fork', 'sh', '-c', trial]);
}

export class DebianWorld {
  /** File that services write to whose words shall be in the message of a failure. */
  static readonly LOG = '/var/log/services.log';
  readonly #group: string;
  readonly #main: Running;
  /** Process 1, as numbered outside. */
  #systemd = 0;

  constructor(
    lab: Lab,
    readonly host: Host,
  ) {
    const directory = lab.newDirectory(`world-${host.name}`);
    for (const name of ['root', 'layer']) mkdirSync(join(directory, name));
    this.#group = join(CONTROL_GROUPS ?? '', `${host.namespace}-world`);
    mkdirSync(this.#group);
    const enter = ['sh', '-c', 'echo $$ >"$0/cgroup.procs" && exec "$@"', this.#group];
    const namespaces = '--cgroup --mount --propagation=private --pid --fork --kill-child --ipc --uts'.split(' ');
    const boot = ['sh', '-c', BOOT, 'sh', directory, 'veth-test.target', process.execPath];
    this.#main = host.start([...enter, 'unshare', ...namespaces, ...boot]);
  }

  /** Waits until systemd takes commands. */
  async booted(): Promise<void> {
    await waitFor(
      'systemd to take commands',
      async () => {
        const children = readFileSync(`/proc/${this.#main.pid}/task/${this.#main.pid}/children`, 'utf8');
        this.#systemd = Number(children.trim().split(' ')[0]);
        if (this.#systemd === 0 || !readFileSync(`/proc/${this.#systemd}/cmdline`, 'utf8').startsWith(SYSTEMD))
          return false;
        return (await this.run('systemctl is-active veth-test.target')).code === 0;
      },
      { seen: () => `${this.#main.stdout}${this.#main.stderr}` },
    );
  }

  /** Runs words of a shell there. */
  run(words: string): Promise<Finished> {
    const target = `--target=${this.#systemd}`;
    const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    return run(['nsenter', target, '--all', '--root', '--wd', '--', 'env', '-i', path, 'sh', '-c', words]);
  }

  /** As `run`, but an exit code other than 0 is an error. Gives standard output without its last newline. */
  async must(words: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(words);
    if (code !== 0) {
      const log = (
        await this.run(
          `systemctl --failed --no-pager; systemctl show --property=Id,Result,ExecMainStatus '*.service' | grep -v -x -e 'Result=success' ; tail -n 30 ${DebianWorld.LOG}`,
        )
      ).stdout;
      throw new Error(`${words}: exit ${code}: ${stderr || stdout}\n${this.#main.stdout}${log}`);
    }
    return stdout.trimEnd();
  }

  async remove(): Promise<void> {
    await this.#main.stop('SIGKILL'); // all of its processes end with it
    await waitFor('its processes to end', () =>
      readFileSync(join(this.#group, 'cgroup.events'), 'utf8').includes('populated 0'),
    );
    removeGroups(this.#group);
  }
}

function removeGroups(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroups(join(path, entry.name));
  rmdirSync(path);
}
