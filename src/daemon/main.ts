/** Entry point of `vethd`: privileges first, before anything else is loaded. */
import { reducePrivileges } from './privileges.js';

reducePrivileges();
await import('./vethd.js');
