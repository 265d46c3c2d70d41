/**
 * `npm run deb`: a Debian package of what `npm run build` made, for the architecture of this machine. Contains the npm
 * packages that vethd needs to run, so that installing needs no network and no compiler; of Node.js it needs the
 * package. Words: [OUTPUT DIRECTORY], default `dist/deb`. Prints the path of the package.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url));
const HOME = 'usr/lib/veth';
/** Configuration in the sense of dpkg: an upgrade asks before it replaces what was changed. */
const CONFFILES = ['etc/network/if-pre-up.d/veth', 'etc/network/if-post-down.d/veth'];

const manifest: { version: string; description: string } = JSON.parse(read('package.json'));
const locked: { packages: Record<string, { dev?: boolean }> } = JSON.parse(read('package-lock.json'));

const root = mkdtempSync(join(tmpdir(), 'veth-deb-'));
try {
  chmodSync(root, 0o755); // it becomes the package's idea of /
  stage();
  const architecture = output('dpkg', '--print-architecture');
  writeControl(architecture);
  const directory = resolve(process.argv[2] ?? join(CHECKOUT, 'dist', 'deb'));
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `veth_${manifest.version}_${architecture}.deb`);
  output('dpkg-deb', '--root-owner-group', '-Zgzip', '--build', root, file);
  process.stdout.write(`${file}\n`);
} finally {
  rmSync(root, { recursive: true, force: true });
}

function stage(): void {
  for (const name of ['bin', 'dist/src', 'dist/vethcfg', 'dist/web']) {
    cpSync(join(CHECKOUT, name), join(root, HOME, name), { recursive: true, filter: isNeededToRun });
  }
  for (const name of ['package.json', 'LICENSE']) install(name, `${HOME}/${name}`);
  for (const name of productionPackages()) {
    const target = join(root, HOME, name);
    cpSync(join(CHECKOUT, name), target, { recursive: true, dereference: true, filter: isNeededToRun });
  }
  for (const command of ['vethd', 'vethcfg']) link(`../lib/veth/bin/${command}`, `usr/bin/${command}`);

  for (const unit of ['vethd.service', 'vethd.socket']) {
    install(`packaging/systemd/${unit}`, `usr/lib/systemd/system/${unit}`);
  }
  for (const hook of CONFFILES) install('packaging/ifupdown/veth', hook, 0o755);
  mkdirSync(join(root, 'etc/veth'), { recursive: true });

  const completion = (shell: string) => output(join(CHECKOUT, 'bin/vethcfg'), 'completion', shell);
  write('usr/share/bash-completion/completions/vethcfg', `${completion('bash')}\n`);
  write('usr/share/zsh/vendor-completions/_vethcfg', `${completion('zsh')}\n`);
  for (const page of manualPages()) {
    const section = page.split('.').at(-1);
    write(`usr/share/man/man${section}/${page}.gz`, gzipSync(readFileSync(join(CHECKOUT, 'dist/man', page))));
  }
  for (const name of ['README.md', 'CHANGELOG.md']) install(name, `usr/share/doc/veth/${name}`);
  install('packaging/debian/copyright', 'usr/share/doc/veth/copyright');
  install('packaging/vethd.yaml', 'usr/share/doc/veth/examples/vethd.yaml');
}

function writeControl(architecture: string): void {
  for (const script of ['postinst', 'prerm', 'postrm'])
    install(`packaging/debian/${script}`, `DEBIAN/${script}`, 0o755);
  write('DEBIAN/conffiles', CONFFILES.map((path) => `/${path}\n`).join(''));
  const kibibytes = output('du', '-sk', '--exclude=DEBIAN', root).split('\t')[0];
  const fields = {
    Package: 'veth',
    Version: manifest.version,
    Architecture: architecture,
    Maintainer: 'the authors of veth <veth@localhost>',
    'Installed-Size': kibibytes,
    Depends: 'nodejs (>= 20)',
    Suggests: 'ifupdown',
    Section: 'net',
    Priority: 'optional',
    Description: `${manifest.description.replace(/:.*/, '')}\n ${manifest.description}.`,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`);
  write('DEBIAN/control', lines.join(''));
}

/** Folders of node_modules that run time needs and that are here: of koffi's binaries those for this machine. */
function productionPackages(): string[] {
  return Object.entries(locked.packages).flatMap(([path, { dev }]) =>
    path !== '' && dev !== true && existsSync(join(CHECKOUT, path)) ? [path] : [],
  );
}

/** Neither types nor sources that others were made from. */
function isNeededToRun(path: string): boolean {
  return !/\.d\.[cm]?ts$|\.map$|\/node_modules\/(zod\/src|koffi\/(vendor|doc))$/.test(path);
}

function manualPages(): string[] {
  const directory = join(CHECKOUT, 'dist/man');
  return existsSync(directory) ? readdirSync(directory).filter((name) => /^veth.*\.[58]$/.test(name)) : [];
}

function install(from: string, to: string, mode = 0o644): void {
  const target = prepared(to);
  copyFileSync(join(CHECKOUT, from), target);
  chmodSync(target, mode);
}

function write(to: string, content: string | Buffer): void {
  writeFileSync(prepared(to), content, { mode: 0o644 });
}

function link(target: string, to: string): void {
  symlinkSync(target, prepared(to));
}

function prepared(to: string): string {
  const target = join(root, to);
  mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
  return target;
}

function read(name: string): string {
  return readFileSync(join(CHECKOUT, name), 'utf8');
}

function output(file: string, ...words: string[]): string {
  try {
    return execFileSync(file, words, { encoding: 'utf8' }).trim();
  } catch (error) {
    throw new Error(`${basename(file)} failed: ${(error as Error).message}`);
  }
}
