/** Makes `dist/web`, the page that `vethd --http` serves. Part of `npm run build`. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { PICTURE_STYLE } from '../src/pictures/style.js';
import { shownMachines } from './web/machine-pictures.js';

// From dist/scripts, where it is run.
const root = fileURLToPath(new URL('../..', import.meta.url));
const target = `${root}/dist/web`;
const uplot = `${root}/node_modules/uplot`;

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
copyFileSync(`${root}/web/index.html`, `${target}/index.html`);
copyFileSync(`${uplot}/LICENSE`, `${target}/uplot.LICENSE`);
const sheets = [
  PICTURE_STYLE,
  ...[`${uplot}/dist/uPlot.min.css`, `${root}/web/page.css`].map((path) => readFileSync(path, 'utf8')),
];
writeFileSync(`${target}/page.css`, sheets.join('\n'));
writeFileSync(`${target}/machines.json`, JSON.stringify(shownMachines()));
buildSync({
  absWorkingDir: root,
  entryPoints: ['web/page.ts'],
  outfile: `${target}/page.js`,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  tsconfig: 'web/tsconfig.json',
  logLevel: 'warning',
});
