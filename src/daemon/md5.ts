/** MD5 for the engine, which knows no Node.js: a checksum that LACP version 2 prescribes, not a safeguard. */
import { createHash } from 'node:crypto';

/** 32 lower-case hex digits. */
export const md5 = (octets: Uint8Array): string => createHash('md5').update(octets).digest('hex');
