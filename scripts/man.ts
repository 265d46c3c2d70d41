/** Makes what is published beside the programs: `dist/man/*` and `dist/*.schema.json`. Part of `npm run build`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openconfigSchemaText } from '../src/daemon/openconfig/schema.js';
import { configurationSchemaText } from '../vethcfg/configuration-schema.js';
import { vethcfgPage } from './man/vethcfg-page.js';
import { vethdPage } from './man/vethd-page.js';
import { vethdYamlPage } from './man/vethd-yaml-page.js';

// From dist/scripts, where it is run.
const dist = fileURLToPath(new URL('..', import.meta.url));
const example = readFileSync(`${dist}/../docs/vethd.yaml`, 'utf8');

mkdirSync(`${dist}/man`, { recursive: true });
writeFileSync(`${dist}/man/vethcfg.8`, vethcfgPage());
writeFileSync(`${dist}/man/vethd.8`, vethdPage());
writeFileSync(`${dist}/man/vethd.yaml.5`, vethdYamlPage(example));
writeFileSync(`${dist}/vethd.schema.json`, configurationSchemaText());
writeFileSync(`${dist}/openconfig-lacp.schema.json`, openconfigSchemaText());
