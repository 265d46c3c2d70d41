/** Entry point of `vethd`: privileges first, before anything else is loaded. */
import { mountBpfFileSystem } from '../drivers/bpf-file-system.js';
import { reducePrivileges } from './privileges.js';

// Needs what is given up next.
mountBpfFileSystem();
reducePrivileges();
await import('./vethd.js');
